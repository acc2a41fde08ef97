/// The simulated computer that every layer runs on: what it is made of and what time it is there.
///
/// A [Machine] owns physical memory, CPUs, a virtual clock, a seed and a kernel log. It knows no
/// allocator: `org.kmemlab.buddy` manages its pages, `org.kmemlab.slab` its objects. Everything a
/// run depends on is in a [MachineConfig], so equal configurations give equal runs, and a thousand
/// machines live in one JVM without meeting.
///
/// What differs between kernel versions and builds is a fact in a [KernelProfile]; the layers
/// choose their strategies from those facts.
@NullMarked
package org.kmemlab.machine;

import org.jspecify.annotations.NullMarked;
