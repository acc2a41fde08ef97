package org.kmemlab.bench.pool;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Allocates nothing: the same buffer for everybody. What it costs is the harness.
public final class EmptyHandles extends HandlePool<ByteBuffer> {

    private final ByteBuffer buffer;

    EmptyHandles(int bytes) {
        super(bytes);
        buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public ByteBuffer alloc() {
        return buffer;
    }

    @Override
    public ByteBuffer alloc(int size) {
        return buffer;
    }

    @Override
    public void free(ByteBuffer handle) {
        // There is nothing.
    }

    @Override
    public void write(ByteBuffer handle, long value) {
        handle.putLong(0, value);
    }

    @Override
    public long read(ByteBuffer handle) {
        return handle.getLong(0);
    }
}
