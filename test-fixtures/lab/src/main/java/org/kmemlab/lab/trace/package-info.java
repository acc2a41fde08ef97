/// Reads recorded kernel memory events: what tracefs and `perf script` print of the `kmem` events.
///
/// ```text
///   lines of a recorded file ─► TraceCursor ─► one event at a time
///        (lab.input)              LineHeader: task, cpu, flags, time, name of the event
///                                 EventFields: key=value
/// ```
///
/// Streaming: memory use does not grow with the length of a trace, only with the number of
/// distinct names in it. Start reading at [TraceCursor].
@NullMarked
package org.kmemlab.lab.trace;

import org.jspecify.annotations.NullMarked;
