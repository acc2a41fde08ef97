/// Slab caches: many objects of one size, carved out of blocks of pages.
///
/// ```text
///   alloc(cpu, gfp)                                                  free(cpu, address)
///        │                                                                │
///   KmemCache ── hooks: fault injection, zeroing ──┐                      │
///        │ pop                                     │ push (own slab)      │
///   CpuSlab.freelist ◄─── CpuSlab.partial ◄─── NodePartials ◄─── other slabs
///        ▲                                                                │ empty
///        └──────────── new slab ◄── PageAllocator ◄───────────────────────┘
/// ```
///
/// That is SLUB. Kernels built with the older SLAB have [ClassicEngine] under the same [KmemCache]:
/// arrays of free objects by CPU ([ArrayCache]), three lists of slabs by node ([ClassicNode]).
///
/// The links of a free list of SLUB lie inside the free objects, in [org.kmemlab.machine.PhysicalMemory].
///
/// Where the kernel has sheaves, a cache that asks for them has a [SheafEngine] above its slabs; the
/// threads of live use have [Sheaves] of their own kind.
///
/// Caches with debug flags go one object at a time through [CheckedPath], which paints
/// ([ObjectDebug]), remembers ([ObjectTracks]), checks ([SlabChecks]) and reports ([BugReports]).
///
/// Start reading at [SlabGeometry] (what a cache looks like), then [KmemCache] (what it does),
/// [SlabAllocator] (all caches of a machine) and [Kmalloc].
@NullMarked
package org.kmemlab.slab;

import org.jspecify.annotations.NullMarked;
