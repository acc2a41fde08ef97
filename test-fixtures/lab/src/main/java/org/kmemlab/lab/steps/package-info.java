/// The step logs: what a real kernel's allocators did, one line for each operation.
///
/// [StepReader] reads a log, [GfpWords] its shorthand for flags; [DumpText] writes the dump lines
/// of a log from our own pages and [CacheText] those from our own caches, so that both can be
/// compared as text.
@NullMarked
package org.kmemlab.lab.steps;

import org.jspecify.annotations.NullMarked;
