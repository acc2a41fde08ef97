/// Reads recorded kernel memory events: what tracefs and `perf script` print of the `kmem` events,
/// and a binary form of it.
///
/// ```text
///   lines of a recorded file ─► TextEvents ───┐
///        (lab.input)     RegularLine: as usual│
///        otherwise LineHeader: task, cpu, time├─► TraceCursor ─► one event at a time
///                  EventFields: key=value     │                     │
///   blocks of a binary trace ─► BinaryEvents ─┘                     ▼
///        (BinaryFormat)  ◄───────────────────────────────────── TraceWriter
/// ```
///
/// A binary trace starts with the bytes `kmemtrc` and its version, 1. Then come blocks, each with its
/// type, its place in the sequence, its length and a CRC-32C; the last one is of type END and has the
/// sums, so that a file that was cut off, changed or put together wrongly is found, with the position
/// of the block. Names, and what events of one origin share (sizes, flags, call site, cache), are
/// defined once in blocks before the events that use them; an event takes 16 bytes, 24 if its object
/// has a new address, 32 if it is about pages. Objects have numbers instead of addresses: who replays
/// such a trace finds them in an array. `BinaryFormat` has all the details.
///
/// Streaming: memory use does not grow with the length of a trace, only with the number of
/// distinct names in it. Start reading at [TraceCursor].
@NullMarked
package org.kmemlab.lab.trace;

import org.jspecify.annotations.NullMarked;
