/// The contenders: our allocators, those that Java programs use today, and an empty one.
///
/// Two shapes, never mixed at one call site: [AddressPool] hands out numbers, [HandlePool] objects.
/// Each contender is a final class, and each fork of a benchmark loads one of them, so that the
/// compiler sees one receiver.
///
/// ```text
///   Contender ─► AddressPools.open ─► KmemCachePool, KmallocPool, NativeMalloc ..., EmptyAddresses
///             └► HandlePools.open ──► NettyPool, RecyclerPool, CommonsPool ..., EmptyHandles
/// ```
@NullMarked
package org.kmemlab.bench.pool;

import org.jspecify.annotations.NullMarked;
