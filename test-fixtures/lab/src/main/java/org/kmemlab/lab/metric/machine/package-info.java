/// What a machine looks like while a trace is replayed on it: figures over time, and at a few moments
/// who has which page and which object of which slab.
///
/// ```text
///   TraceReplay.step ─► MachineHistory ─┬─► MachineSeries   a row every n events
///                                       ├─► FreeBlocks      beside each row
///                                       └─► Moment          PageMap, SlabMap; a few of them
/// ```
///
/// Everything is read from snapshots; the machine is never changed.
@NullMarked
package org.kmemlab.lab.metric.machine;

import org.jspecify.annotations.NullMarked;
