package org.kmemlab.lab.policy;

import java.util.function.Function;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.KernelProfile;

/// A policy that can be chosen for a comparison.
///
/// @param name short, without blanks
/// @param group policies of one origin, to be chosen together
/// @param description what it is, in one line
/// @param source where it is described: a paper, a manual, a kernel version
/// @param profile what the machine is that it runs on
/// @param maker makes it on the pages of a machine that nobody else uses
public record PolicyEntry(String name, String group, String description, String source,
        KernelProfile profile, Function<PageAllocator, Policy> maker) {}
