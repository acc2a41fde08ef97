package org.kmemlab.bench.pool;

import org.kmemlab.machine.Execution;
import org.kmemlab.slab.MisusePolicy;

/// Opens contenders that hand out addresses.
public final class AddressPools {

    private AddressPools() {
    }

    /// Opens a contender.
    ///
    /// @param bytes the size of its objects
    /// @throws IllegalArgumentException if it hands out no addresses
    public static AddressPool open(Contender contender, int bytes) {
        return switch (contender) {
            case LIVE_CACHE -> new LiveCachePool(bytes);
            case LIVE_KMALLOC -> new LiveKmallocPool(bytes);
            case KMEM_CACHE -> new KmemCachePool(bytes, MisusePolicy.REFUSE, Execution.STEPPED);
            case KMEM_CACHE_UNCHECKED ->
                    new KmemCachePool(bytes, MisusePolicy.AS_KERNEL, Execution.LIVE);
            case KMALLOC -> new KmallocPool(bytes);
            case GLIBC, JEMALLOC, MIMALLOC, TCMALLOC -> NativeMalloc
                    .of(contender.family().orElseThrow(), bytes);
            case HARNESS -> new EmptyAddresses(bytes);
            default -> throw new IllegalArgumentException(
                    contender.id() + " hands out no addresses");
        };
    }
}
