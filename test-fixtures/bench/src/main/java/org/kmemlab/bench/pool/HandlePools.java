package org.kmemlab.bench.pool;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/// Opens contenders that hand out Java objects.
public final class HandlePools {

    private HandlePools() {
    }

    /// Opens a contender.
    ///
    /// @param bytes the size of its objects
    /// @throws IllegalArgumentException if it hands out no Java objects
    public static HandlePool<?> open(Contender contender, int bytes) {
        return switch (contender) {
            case NETTY_POOLED -> new NettyPool(new PooledByteBufAllocator(true), bytes);
            case NETTY_ADAPTIVE -> new NettyPool(new AdaptiveByteBufAllocator(true), bytes);
            case NETTY_RECYCLER -> new RecyclerPool(bytes);
            case COMMONS_POOL -> new CommonsPool(bytes);
            case JCTOOLS_QUEUE -> new QueuePool(bytes);
            case ARENA -> new ArenaPool(bytes, false);
            case ARENA_SHARED -> new ArenaPool(bytes, true);
            case NEW_BYTES -> new ByteArrays(bytes);
            case HARNESS_HANDLES -> new EmptyHandles(bytes);
            default -> throw new IllegalArgumentException(
                    contender.id() + " hands out no Java objects");
        };
    }
}
