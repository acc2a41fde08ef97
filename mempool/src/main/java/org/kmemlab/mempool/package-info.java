/// Memory pools: a few elements kept in reserve, so that a caller who holds one and gives it back
/// can always get another, whatever happens to the allocator below.
///
/// ```text
///   alloc(cpu, gfp)                                free(cpu, element)
///        │                                              │
///   Mempool ── 1 ask the source, without reclaim        ├─ reserve short: push, wake all waiters
///        │     2 pop the reserve                        └─ else: back to the source
///        │     3 ask the source, with reclaim
///        │     4 pop the reserve                    one request, one step at a time:
///        │     5 sleep 5 s or until woken, then 3   MempoolRequest
///        ▼
///   ElementSource: a cache, kmalloc, kvmalloc, pages, or the caller's own
/// ```
///
/// The reserve is touched only when the source has failed, and any freed element refills it first.
/// Whoever cannot sleep (`GFP_ATOMIC`, `GFP_NOWAIT`) gets 0 instead of step 5.
///
/// [FailMempool] skips steps 1 and 3, so that the reserve is really used.
///
/// Start reading at [Mempool], then [MempoolRequest].
@NullMarked
package org.kmemlab.mempool;

import org.jspecify.annotations.NullMarked;
