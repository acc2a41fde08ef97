package org.kmemlab.bench.pool;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.jctools.queues.MpmcArrayQueue;

/// The pool that people write themselves: free direct buffers in a JCTools queue.
public final class QueuePool extends HandlePool<ByteBuffer> {

    private static final int CAPACITY = 1 << 16;

    private final MpmcArrayQueue<ByteBuffer> free = new MpmcArrayQueue<>(CAPACITY);

    QueuePool(int bytes) {
        super(bytes);
    }

    @Override
    public ByteBuffer alloc() {
        ByteBuffer buffer = free.relaxedPoll();
        return buffer != null ? buffer
                : ByteBuffer.allocateDirect(bytes()).order(ByteOrder.nativeOrder());
    }

    /// What the queue cannot hold is left to the garbage collector.
    @Override
    public void free(ByteBuffer handle) {
        free.relaxedOffer(handle);
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
