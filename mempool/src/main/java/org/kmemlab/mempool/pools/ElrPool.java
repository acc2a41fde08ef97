package org.kmemlab.mempool.pools;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.machine.StackDump;

/// One pool of an [ElrMpl]: nodes that are cut into equal slices.
///
/// ```text
///   slice:  | descriptor of its pool | identity code | red zone, if any | bytes of the user ...
/// ```
///
/// The code grows by one when the slice is taken and when it is given back, and is kept in between.
final class ElrPool {

    static final int HEADER_BYTES = 2 * Long.BYTES;

    final int objectBytes;
    final @Nullable ElrPool parent;
    final List<ElrPool> children = new ArrayList<>();

    private final BlockPool blocks;
    private final RegionSource source;
    private final PhysicalMemory memory;
    private final long firstCode;
    private final int leadBytes;
    private final BlockPool.Growth growth = this::addNode;
    private final String owner;
    private long descriptor;

    /// @param cpu whose task makes it
    /// @param firstCode identity code of slices that were never taken
    ElrPool(Cpu cpu, RegionSource source, @Nullable ElrPool parent, int objectBytes, long firstCode,
            PoolOptions options) {
        this.objectBytes = objectBytes;
        this.parent = parent;
        this.source = source;
        this.firstCode = firstCode;
        owner = StackDump.who(cpu);
        BlockLayout layout = BlockLayout.of(Math.max(Long.BYTES, objectBytes), options)
                .withHeader(HEADER_BYTES);
        leadBytes = layout.leadBytes();
        memory = source.machine().memory();
        blocks = new BlockPool(source.machine(), layout, options, ElrMpl.class);
    }

    /// Tells the pool where its descriptor lies, which its slices point to.
    void describedAt(long address) {
        descriptor = address;
    }

    long descriptor() {
        return descriptor;
    }

    /// Takes a slice: one that was given back, else a new one of the newest node, else the first of
    /// a new node.
    ///
    /// @return 0 if there is no memory
    long take(Cpu cpu) {
        blocks.lock().lock();
        try {
            long slice = blocks.takeOrGrow(cpu, growth);
            if (slice != 0) {
                memory.putLong(slice - leadBytes, descriptor);
                bumpCode(slice);
            }
            return slice;
        } finally {
            blocks.lock().unlock();
        }
    }

    private boolean addNode(@Nullable Cpu cpu) {
        long bytes = blocks.store().layout().slabBytes();
        if (cpu == null || blocks.grow(cpu, source, bytes, Long.MAX_VALUE) == 0) {
            return false;
        }
        BlockRegion node = blocks.store().regions().getLast();
        for (int slice = 0; slice < node.blocks; slice++) {
            memory.putLong(codeAddress(node.addressOf(slice)), firstCode);
        }
        return true;
    }

    /// Gives a slice back; its memory stays with the pool.
    ///
    /// @throws PoolMisuseException if it is no slice of the pool in use; nothing is changed then
    void give(long slice) {
        blocks.lock().lock();
        try {
            blocks.put(slice);
            bumpCode(slice);
        } finally {
            blocks.lock().unlock();
        }
    }

    private void bumpCode(long slice) {
        memory.putLong(codeAddress(slice), codeOf(slice) + 1);
    }

    /// The identity code of a slice of this pool.
    long codeOf(long slice) {
        return memory.getLong(codeAddress(slice));
    }

    private long codeAddress(long slice) {
        return slice - leadBytes + Long.BYTES;
    }

    /// Whether a slice is in use and has this code.
    boolean isCurrent(long slice, long code) {
        blocks.lock().lock();
        try {
            return blocks.stateOf(slice) == BlockState.IN_USE && codeOf(slice) == code;
        } finally {
            blocks.lock().unlock();
        }
    }

    /// The highest code of any of its slices. O(slices).
    long highestCode() {
        long highest = firstCode;
        for (BlockRegion node : blocks.store().regions()) {
            for (int slice = 0; slice < node.fresh; slice++) {
                highest = Math.max(highest, codeOf(node.addressOf(slice)));
            }
        }
        return highest;
    }

    /// Gives all nodes back.
    ///
    /// @param reports whether the log is told of slices in use
    void close(Cpu cpu, boolean reports) {
        boolean _ = blocks.close(cpu, reports);
    }

    BlockPool blocks() {
        return blocks;
    }

    /// The tree from here down.
    PoolNode inspect() {
        return new PoolNode(blocks.name(), objectBytes, owner, blocks.users(), blocks.parts(),
                List.of(),
                children.stream().map(ElrPool::inspect).toList());
    }
}
