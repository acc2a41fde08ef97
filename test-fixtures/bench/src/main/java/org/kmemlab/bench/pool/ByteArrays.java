package org.kmemlab.bench.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The garbage collector: a new array each time. The time of the collector's own threads is not in
/// the figures.
public final class ByteArrays extends HandlePool<byte[]> {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class,
            ByteOrder.nativeOrder());

    ByteArrays(int bytes) {
        super(bytes);
    }

    @Override
    public byte[] alloc() {
        return new byte[bytes()];
    }

    @Override
    public byte[] alloc(int size) {
        return new byte[size];
    }

    @Override
    public void free(byte[] handle) {
        // Forgetting it is enough.
    }

    @Override
    public void write(byte[] handle, long value) {
        LONG.set(handle, 0, value);
    }

    @Override
    public long read(byte[] handle) {
        return (long) LONG.get(handle, 0);
    }
}
