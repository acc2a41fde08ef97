/// The buddy page allocator: gives out and takes back blocks of `2^order` page frames.
///
/// ```text
///   allocPages(cpu, gfp, order)                                   freePages(cpu, pfn, order)
///        │                                                              │
///   PageAllocator ── zonelist walk, watermarks ── SlowPath              │
///        │ order 0..3 (and 9)                                           │
///   PerCpuPages  ◄── refill in batches ──►  drain in batches ◄──────────┤ other orders
///        │                                                              │
///   Zone ── MobilityFallback (steal) ── FreeArea[0..10] ── split / merge
///        │
///   MemMap (what every frame is)       PhysicalMemory (its bytes)
/// ```
///
/// Start reading at [PageAllocator], then `Zone`, `FreeArea`, `MemMap`.
@NullMarked
package org.kmemlab.buddy;

import org.jspecify.annotations.NullMarked;
