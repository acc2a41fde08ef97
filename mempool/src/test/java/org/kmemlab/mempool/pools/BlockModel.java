package org.kmemlab.mempool.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.kmemlab.machine.PhysicalMemory;

/// What a pool must be like: blocks that do not overlap, and keep what was written to them.
final class BlockModel {

    private final PoolUnderTest pool;
    private final PhysicalMemory memory;
    private final TreeMap<Long, Integer> blocks = new TreeMap<>();

    BlockModel(PoolUnderTest pool, PhysicalMemory memory) {
        this.pool = pool;
        this.memory = memory;
    }

    /// Takes a block, checks where it lies, and writes to all of it.
    ///
    /// @return whether there was one
    boolean alloc(int bytes) {
        long block = pool.alloc(bytes);
        if (block == 0) {
            return false;
        }
        assertThat(block % pool.alignment()).as("alignment of 0x%x", block).isZero();
        Map.Entry<Long, Integer> below = blocks.floorEntry(block);
        Map.Entry<Long, Integer> above = blocks.ceilingEntry(block);
        assertThat(below == null || below.getKey() + below.getValue() <= block)
                .as("0x%x overlaps the block %s below it", block, below).isTrue();
        assertThat(above == null || block + bytes <= above.getKey())
                .as("0x%x overlaps the block %s above it", block, above).isTrue();
        blocks.put(block, bytes);
        for (int i = 0; i < bytes; i++) {
            memory.putByte(block + i, pattern(block, i));
        }
        return true;
    }

    private static byte pattern(long block, int index) {
        return (byte) ((block >>> 3) * 31 + index * 7L + 1);
    }

    /// Takes blocks until there are none.
    void fill(List<Integer> sizes) {
        int next = 0;
        while (alloc(sizes.get(next % sizes.size()))) {
            next++;
        }
    }

    /// Checks the contents of a block and gives it back.
    void free(long block) {
        check(block, blocks.get(block));
        blocks.remove(block);
        pool.free(block);
    }

    private void check(long block, int bytes) {
        for (int i = 0; i < bytes; i++) {
            if (memory.getByte(block + i) != pattern(block, i)) {
                fail("byte %d of block 0x%x changed while the block was held", i, block);
            }
        }
    }

    void freeAll() {
        if (pool.freesSingly()) {
            List.copyOf(blocks.keySet()).forEach(this::free);
        } else {
            checkContents();
            blocks.clear();
            pool.clear();
        }
    }

    void checkContents() {
        blocks.forEach(this::check);
    }

    /// Checks all there is to check.
    void check() {
        checkContents();
        pool.validate();
        if (pool.used() >= 0) {
            assertThat(pool.used()).isEqualTo(blocks.size());
        }
    }

    List<Long> blocks() {
        return new ArrayList<>(blocks.keySet());
    }

}
