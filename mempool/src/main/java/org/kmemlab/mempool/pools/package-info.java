/// Memory pools of many kinds, from articles, libraries and kernels, on one core and the same simulated
/// memory, so that ideas can be compared instead of texts. Pools of memory only: pools of threads and
/// of connections have the name in common and nothing else.
///
/// ```text
///   your code
///      │ alloc, free                                     address: long, 0 = NULL
///   FixedPool  LifetimePool  ElrMpl  ElementPool  ...    thin: what is special about each
///      │                                  DynamicPool, RegionPool: blocks of any size
///   BlockPool                             lock, figures, leak report, regions
///      ▼
///   BlockStore                            free list in the blocks, a bit for each, red zones, steps
///      ▼
///   RegionSource                          pages, objects of a cache, a caller's buffer
/// ```
///
/// # Side by side
///
/// | pool | interface | allocate · free · give up all | overhead of a block | when memory runs out | use it for |
/// | --- | --- | --- | --- | --- | --- |
/// | [FixedPool] | count and size are given | 3 · 2 steps, always · 1 region | 1 bit | 0: never more than count | a known number of equal things; real time |
/// | [DynamicPool] | total is given, any size | search of one list · 4 merges at most · 1 region | 8 bytes and rounding to 32 at least, 2 bits for 8 bytes | 0: no piece is large enough | several sizes in a fixed budget |
/// | [LifetimePool] | size is given, has children | O(1) · O(log slabs) · slabs | 1 bit | 0: the source has none | what ends together: a request, a loop turn |
/// | [ElrMpl] | handles with codes, a tree | O(1) · O(log nodes) · nodes | 16 bytes and 1 bit | 0, or the empty handle | sub-systems whose handles outlive their pools |
/// | [ElementPool], `TypedPool` | element and block size, construct and destroy | O(1) · O(log blocks) · blocks | 1 bit; 16 bytes a block; elements of 16 bytes at least | 0: the source has none | many objects of one type |
/// | [RegionPool] | any size, nothing is freed singly | 1 addition · none · nodes | rounding to 8 bytes | 0: the source has none | phases: parse, compile, answer |
/// | [PooledAllocator] | malloc, free, realloc | O(1) · O(log slabs) · slabs | rounding to one of 20 sizes, 1 bit | 0: the source has none | programs that are not to be changed |
/// | `rtos.Mynewt` | Mynewt's names and codes, the caller's buffer | 3 steps · 3 steps · O(blocks) | 0 to 3 bytes of rounding, 1 bit | 0, `OS_INVALID_PARM` | C code that is ported; fixed budgets |
/// | `embedded.EmbeddedPool` | codes of initialisation, free says whether | 3 steps · 2 steps · 1 region; walking the list 1 a free block | 1 bit; aligned: 8 bytes of list | 0; -1, -2, -3 at initialisation | firmware; devices that want alignment |
/// | `embedded.LockFreePool` | as before, without a lock | 1 step, more where threads meet · the same · 1 region | 1 bit | 0 | many threads, handlers that must not wait |
/// | `embedded.MultiPool`, `PriorityPools` | any size up to the largest; a pool for each priority | O(pools) · O(pools) · pools | what the block is larger than the request | 0; or the next pool that fits | few known sizes; kinds of work that must not starve each other |
/// | `embedded.TimedPool`, `InterruptPool`, `WatchedPool`, `FallbackChain` | around any of these | and 0 steps | none | waits to a limit · never sleeps in interrupts · warns before · asks the next pool | deadlines, handlers, monitoring |
/// | `embedded.BuddyPool` | any size | O(orders) · O(orders) · blocks | rounding to a power of two of pages | 0: no block is large enough | large blocks that must merge again |
/// | `dma.DmaPool` | size, alignment, boundary | 3 steps · O(log chunks) · chunks | the rest in front of each boundary, 1 bit | 0: no page; busy at the end | blocks that a device reads and writes |
///
/// Costs are in steps: places that are looked at ([PoolStatistics#steps]), the same on every computer.
/// Bytes of a pool are in its [PoolFootprint]. `kmemlab compare --policies pools` measures both on any
/// workload, next to the kernel's allocators.
///
/// # In figures
///
/// Pools of one size stand there once for each size, rounded up to 16 bytes. What `kmemlab compare
/// --trace small --workload exponential,pin-one-per-slab --policies pools,slub-6.1` printed: pages held
/// at the peak for each byte in use then, and steps for each request. The trace is of `ls`, `cp` and
/// `rm`, the second workload has random sizes and lifetimes (mean of 3 seeds), the third frees all but
/// one object of each page.
///
/// | policy | trace: pages, steps | exponential: pages, steps | adversary: pages, steps |
/// | --- | --- | --- | --- |
/// | the kernel's SLUB | 6.40, 1.0 | 1.58, 1.7 | 4.63, 1.0 |
/// | [DynamicPool] | 5.94, 3.9 | 1.26, 12.6 | 1.31, 37.8 |
/// | [PooledAllocator] | 2.69, 4.3 | 1.31, 9.5 | 5.26, 8.9 |
/// | [RegionPool] | 33.97, 0.6 | 5.72, 0.6 | 5.27, 0.5 |
/// | [LifetimePool] | 5.20, 2.9 | 1.67, 5.7 | 5.26, 7.4 |
/// | [ElrMpl] | 6.03, 2.9 | 1.76, 6.0 | 6.18, 7.7 |
/// | `dma.DmaPool` | 2.97, 2.3 | 1.39, 4.6 | 5.26, 4.2 |
///
/// So: a region is unbeaten where nothing is freed singly, and the worst where much is. Few sizes
/// ([PooledAllocator]) beat many pools while little is in use, because each pool holds a slab for itself.
/// Only what cuts and merges pieces of any size ([DynamicPool]) outlives the adversary, and pays with
/// searches; blocks of equal size pin their slab with a single one of them.
///
/// # What all have in common
///
/// - No memory is 0. A wrong pointer, one into the middle of a block, a second free, a block of another
///   pool are a [PoolMisuseException] that says which, unless the interface has codes of its own;
///   nothing is changed then.
/// - `validate()` walks everything. With [PoolOptions#withRedZones] it finds writes beyond blocks, with
///   [PoolOptions#withSites] closing names who allocated what is left.
/// - Who uses a pool from several threads gives it a lock: [PoolLocks].
/// - Closing gives all memory back and can be repeated.
///
/// # What can be tuned
///
/// | what | where | it changes |
/// | --- | --- | --- |
/// | alignment | [PoolOptions#alignment] | [PoolFootprint#overheadPerBlock] |
/// | red zones | [PoolOptions#redZoneBytes] | [PoolFootprint#metadataBytes] |
/// | locks | [PoolOptions#locks] | [PoolLocks#made], [PoolLocks#acquisitions] |
/// | block size | constructor of [ElementPool] | [PoolFootprint#heldBytes] |
/// | bytes kept for later | [RegionPool#setMaxFree] | [RegionPool#stockBytes] |
///
/// # What the descriptions get wrong
///
/// Articles on pools have mistakes that are not repeated here: a header that overlaps the next block,
/// statistics of which half stay zero, a list without locks that mistakes a reused block for the old one
/// (ABA), a `SLUB_PANIC` flag that does not exist, flags of requests passed to cache creation, and a
/// "slab pool" that never touches its cache. Tests keep some of them, to show what they do.
///
/// Start reading at [FixedPool], then [BlockPool] and [BlockStore]. Families with an interface of
/// their own have packages: `embedded`, `rtos`, `dma`.
@NullMarked
package org.kmemlab.mempool.pools;

import org.jspecify.annotations.NullMarked;
