/// Replays recorded workloads: a trace of a real kernel's allocations drives the allocators of a
/// simulated machine.
///
/// ```text
///   TraceCursor ─► TraceReplay ─┬─► ObjectReplay ── ObjectTable: recorded pointer ─► own object
///                               │        │          CacheDirectory: sizes, call site ─► cache
///                               │        ▼
///                               │   SlabAllocator, Kmalloc ──┐ own slabs
///                               │                            ▼
///                               └─► PageReplay ─────► PageAllocator
///                                    │  PageTable: recorded frame ─► own block
///                                    └─ HeldPages: is it the page of a slab?
/// ```
///
/// Start reading at [TraceReplay].
@NullMarked
package org.kmemlab.lab.replay;

import org.jspecify.annotations.NullMarked;
