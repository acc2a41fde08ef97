package org.kmemlab.bench.pool;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import io.netty.util.Recycler;

/// Netty's pool of Java objects; each holds a direct buffer here.
public final class RecyclerPool extends HandlePool<RecyclerPool.Block> {

    private final Recycler<Block> recycler;

    RecyclerPool(int bytes) {
        super(bytes);
        recycler = new Recycler<>() {
            @Override
            protected Block newObject(Handle<Block> handle) {
                return new Block(bytes, handle);
            }
        };
    }

    @Override
    public Block alloc() {
        return recycler.get();
    }

    @Override
    public void free(Block handle) {
        handle.home.recycle(handle);
    }

    @Override
    public void write(Block handle, long value) {
        handle.buffer.putLong(0, value);
    }

    @Override
    public long read(Block handle) {
        return handle.buffer.getLong(0);
    }

    /// A buffer that knows where it belongs.
    static final class Block {

        private final ByteBuffer buffer;
        private final Recycler.Handle<Block> home;

        private Block(int bytes, Recycler.Handle<Block> home) {
            this.buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
            this.home = home;
        }
    }
}
