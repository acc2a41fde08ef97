package org.kmemlab.bench.pool;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;

/// Commons Pool's `GenericObjectPool` of direct buffers, as large as need be.
public final class CommonsPool extends HandlePool<ByteBuffer> {

    private final GenericObjectPool<ByteBuffer> pool;

    CommonsPool(int bytes) {
        super(bytes);
        pool = new GenericObjectPool<>(new Buffers(bytes));
        pool.setMaxTotal(-1);
        pool.setMaxIdle(-1);
    }

    @Override
    public ByteBuffer alloc() {
        try {
            return pool.borrowObject();
        } catch (Exception failed) {
            throw new IllegalStateException("no object from the pool", failed);
        }
    }

    @Override
    public void free(ByteBuffer handle) {
        pool.returnObject(handle);
    }

    @Override
    public void write(ByteBuffer handle, long value) {
        handle.putLong(0, value);
    }

    @Override
    public long read(ByteBuffer handle) {
        return handle.getLong(0);
    }

    @Override
    public void close() {
        pool.close();
    }

    private static final class Buffers extends BasePooledObjectFactory<ByteBuffer> {

        private final int bytes;

        Buffers(int bytes) {
            this.bytes = bytes;
        }

        @Override
        public ByteBuffer create() {
            return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        }

        @Override
        public PooledObject<ByteBuffer> wrap(ByteBuffer buffer) {
            return new DefaultPooledObject<>(buffer);
        }
    }
}
