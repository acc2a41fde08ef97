package org.kmemlab.bench.pool;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The JDK's own: an `Arena` for each object, closed to free it.
public final class ArenaPool extends HandlePool<ArenaPool.Block> {

    private final boolean shared;

    /// @param shared whether another thread may free
    ArenaPool(int bytes, boolean shared) {
        super(bytes);
        this.shared = shared;
    }

    @Override
    public Block alloc() {
        return alloc(bytes());
    }

    @Override
    public Block alloc(int size) {
        Arena arena = shared ? Arena.ofShared() : Arena.ofConfined();
        return new Block(arena, arena.allocate(size, Long.BYTES));
    }

    @Override
    public void free(Block handle) {
        handle.arena.close();
    }

    @Override
    public void write(Block handle, long value) {
        handle.segment.set(ValueLayout.JAVA_LONG, 0, value);
    }

    @Override
    public long read(Block handle) {
        return handle.segment.get(ValueLayout.JAVA_LONG, 0);
    }

    /// What its user must keep.
    record Block(Arena arena, MemorySegment segment) {}
}
