package org.kmemlab.bench.jmh;

import java.io.IOException;

import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.lab.stream.RequestStream;

/// A stream kept in memory, to be gone through again and again for next to nothing.
final class KeptStream implements RequestStream {

    private final boolean[] alloc;
    private final int[] block;
    private final int[] bytes;
    private final int[] cpu;
    private final RequestKind[] kind;
    private int at = -1;

    /// Keeps the first requests of a stream, which must have so many.
    KeptStream(RequestStream stream, int events) throws IOException {
        alloc = new boolean[events];
        block = new int[events];
        bytes = new int[events];
        cpu = new int[events];
        kind = new RequestKind[events];
        for (int i = 0; i < events; i++) {
            if (!stream.next()) {
                throw new IllegalStateException("a stream of " + i + " requests, not " + events);
            }
            alloc[i] = stream.isAlloc();
            block[i] = stream.block();
            bytes[i] = stream.bytes();
            cpu[i] = stream.cpu();
            kind[i] = stream.kind();
        }
    }

    /// Back to before the first request.
    void rewind() {
        at = -1;
    }

    @Override
    public boolean next() {
        return ++at < alloc.length;
    }

    @Override
    public boolean isAlloc() {
        return alloc[at];
    }

    @Override
    public RequestKind kind() {
        return kind[at];
    }

    @Override
    public int bytes() {
        return bytes[at];
    }

    @Override
    public int cpu() {
        return cpu[at];
    }

    @Override
    public int block() {
        return block[at];
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
