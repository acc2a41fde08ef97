package org.kmemlab.bench.pool;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Allocates nothing: the same 8 bytes for everybody. What it costs is the harness.
public final class EmptyAddresses extends AddressPool {

    private final Arena arena = Arena.ofShared();
    private final MemorySegment word = arena.allocate(ValueLayout.JAVA_LONG);

    EmptyAddresses(int bytes) {
        super(bytes);
    }

    @Override
    public long alloc() {
        return 0;
    }

    @Override
    public long alloc(int size) {
        return 0;
    }

    @Override
    public void free(long address) {
        // There is nothing.
    }

    @Override
    public void write(long address, long value) {
        word.set(ValueLayout.JAVA_LONG, address, value);
    }

    @Override
    public long read(long address) {
        return word.get(ValueLayout.JAVA_LONG, address);
    }

    @Override
    public void close() {
        arena.close();
    }
}
