package org.kmemlab.bench.pool;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/// Netty's direct buffers, from one of its allocators.
public final class NettyPool extends HandlePool<ByteBuf> {

    private final ByteBufAllocator allocator;

    NettyPool(ByteBufAllocator allocator, int bytes) {
        super(bytes);
        this.allocator = allocator;
    }

    @Override
    public ByteBuf alloc() {
        return allocator.directBuffer(bytes(), bytes());
    }

    @Override
    public ByteBuf alloc(int size) {
        return allocator.directBuffer(size, size);
    }

    @Override
    public void free(ByteBuf handle) {
        handle.release();
    }

    @Override
    public void write(ByteBuf handle, long value) {
        handle.setLongLE(0, value);
    }

    @Override
    public long read(ByteBuf handle) {
        return handle.getLongLE(0);
    }
}
