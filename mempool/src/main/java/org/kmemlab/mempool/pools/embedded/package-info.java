/// Pools for embedded systems: blocks of one size in constant time, and what such systems put
/// around them.
///
/// ```text
///   sizes     MultiPool: first that fits      PriorityPools: one for each kind of work
///                 └────────────┬──────────────────┘            SizeAdvisor: which sizes
///   layers    TimedPool   InterruptPool   WatchedPool   FallbackChain
///                 └────────────┴── SizedPool ─┴──────────────┘
///   pools              EmbeddedPool                 LockFreePool
///                       block core                   TaggedStack
/// ```
///
/// The article that names these pools has mistakes, which these have not:
///
/// - Its fixed pool puts a header in front of each block but keeps the blocks a block size apart,
///   so the end of a block lies in the header of the next one. Here what lies in front of a block
///   is part of the distance between them.
/// - Of its statistics half stay zero. Here all six figures are kept.
/// - Its lock-free pool has the ABA problem, see [TaggedStack].
/// - Its buddy pool never splits and never merges: a request for less than all of it fails.
///   [BuddyPool] is the real one.
///
/// A pool for each thread is what the caches of the layer below have: per-CPU slabs and sheaves,
/// see `org.kmemlab.slab`.
///
/// Start reading at [EmbeddedPool].
@NullMarked
package org.kmemlab.mempool.pools.embedded;

import org.jspecify.annotations.NullMarked;
