package org.kmemlab.mempool.pools;

import java.util.ArrayList;
import java.util.List;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// A pool in the manner of the C++ class template `MemoryPool<T, BlockSize, ZeroOnDeallocate>`:
/// equal elements in blocks of a given size, which it takes one by one and keeps until it is
/// closed.
///
/// ```text
///   block:  | link to the block before, 16 bytes | padding | slot | slot | ... | slot |
/// ```
///
/// A slot has room for a link of two pointers, so small elements take 16 bytes. The elements of
/// `org.kmemlab.api.TypedPool` are structures; here they are bytes.
///
/// It can be moved, as a whole, but not copied: two pools would own the same elements.
@CheckReturnValue
public final class ElementPool implements AutoCloseable {

    /// The block size that the template has unless told otherwise.
    public static final int DEFAULT_BLOCK_BYTES = 4096;

    /// Two pointers: what links blocks, and free slots.
    private static final int LINK_BYTES = 2 * Long.BYTES;

    private final RegionSource source;
    private final PhysicalMemory memory;
    private final BlockLayout layout;
    private final int elementBytes;
    private final int blockBytes;
    private final boolean zeroes;
    private final PoolOptions options;
    private final BlockPool.Growth growth = this::allocateBlock;
    private BlockPool slots;
    private long newestBlock;

    /// A pool that has no memory yet.
    ///
    /// @param source what blocks are taken from
    /// @param elementBytes size of an element, 1 or more
    /// @param blockBytes size of a block; at least two slots, each at least 16 bytes
    /// @param zeroOnDeallocate whether an element is cleared when it comes back
    /// @param options its alignment holds for elements
    /// @throws IllegalArgumentException if a size is out of range
    public ElementPool(RegionSource source, int elementBytes, int blockBytes,
            boolean zeroOnDeallocate, PoolOptions options) {
        Validate.isTrue(elementBytes >= 1, "elements of %d bytes: expected 1 or more",
                elementBytes);
        this.source = source;
        this.elementBytes = elementBytes;
        this.blockBytes = blockBytes;
        this.zeroes = zeroOnDeallocate;
        this.options = options;
        memory = source.machine().memory();
        layout = BlockLayout.of(Math.max(LINK_BYTES, elementBytes), options);
        long least = Math.max(2L * layout.stride(), layout.firstBlock(LINK_BYTES)
                + layout.blockBytes() + layout.redZoneBytes());
        Validate.isTrue(blockBytes >= least,
                "blocks of %d bytes: expected %d or more, room for two slots of %d bytes",
                blockBytes, least, layout.stride());
        slots = emptySlots();
    }

    private BlockPool emptySlots() {
        return new BlockPool(source.machine(), layout, options, ElementPool.class);
    }

    /// Takes an element; it holds what was there before, unless the pool clears elements.
    ///
    /// @param n number of elements; the pool serves one at a time
    /// @param hint an address nearby which is wanted; ignored, as by the template
    /// @return 0 if there is no memory
    /// @throws IllegalArgumentException if `n` is not 1
    public long allocate(Cpu cpu, long n, long hint) {
        checkOne(n);
        long element = slots.takeOrGrow(cpu, growth);
        if (element != 0 && zeroes) {
            // What the list left there.
            memory.putLong(element, 0);
        }
        return element;
    }

    /// Takes one element.
    ///
    /// @return 0 if there is no memory
    public long allocate(Cpu cpu) {
        return allocate(cpu, 1, 0);
    }

    private static void checkOne(long n) {
        Validate.isTrue(n == 1, "%d elements: the pool serves one at a time", n);
    }

    private boolean allocateBlock(@Nullable Cpu cpu) {
        long block = cpu == null ? 0 : slots.hold(cpu, source, blockBytes);
        if (block == 0) {
            return false;
        }
        memory.putLong(block, newestBlock);
        newestBlock = block;
        return slots.store().addRegion(block + LINK_BYTES, blockBytes - LINK_BYTES,
                Long.MAX_VALUE) > 0;
    }

    /// Takes an element back.
    ///
    /// @param element 0 is ignored
    /// @param n as it was allocated
    /// @throws PoolMisuseException if it is no element in use; nothing is changed then
    /// @throws IllegalArgumentException if `n` is not 1
    public void deallocate(long element, long n) {
        checkOne(n);
        if (element == 0) {
            return;
        }
        slots.lock().lock();
        try {
            requireInUse(element);
            if (zeroes) {
                memory.fill(element, elementBytes, (byte) 0);
            }
            slots.put(element);
        } finally {
            slots.lock().unlock();
        }
    }

    /// Checks that an address is that of an element in use.
    ///
    /// @throws PoolMisuseException if not
    public void requireInUse(long element) {
        slots.lock().lock();
        try {
            BlockRegion _ = slots.store().requireInUse(element);
        } finally {
            slots.lock().unlock();
        }
    }

    /// The most elements that a pool could have if all memory of the machine were its blocks.
    public long maxSize() {
        long bytes = (long) memory.endPfn() << PhysicalMemory.PAGE_SHIFT;
        return bytes / blockBytes * layout.blocksIn(LINK_BYTES, blockBytes);
    }

    /// Moves all elements and blocks into a new pool; this one is empty then, and can be used.
    public ElementPool move() {
        PoolLock lock = slots.lock();
        lock.lock();
        try {
            ElementPool target =
                    new ElementPool(source, elementBytes, blockBytes, zeroes, options);
            BlockPool empty = target.slots;
            target.slots = slots;
            target.newestBlock = newestBlock;
            slots = empty;
            newestBlock = 0;
            return target;
        } finally {
            lock.unlock();
        }
    }

    /// A pool for elements of another size and alignment, with all else the same and no memory yet
    /// (`rebind`).
    ///
    /// @throws IllegalArgumentException if they do not fit into blocks of this size
    public ElementPool rebind(int otherBytes, int otherAlignment) {
        return new ElementPool(source, otherBytes, blockBytes, zeroes,
                options.withAlignment(otherAlignment));
    }

    /// Addresses of the blocks, the newest first, as their links say. O(blocks).
    public List<Long> blocks() {
        List<Long> blocks = new ArrayList<>();
        for (long block = newestBlock; block != 0; block = memory.getLong(block)) {
            blocks.add(block);
        }
        return blocks;
    }

    /// Size of an element, as asked for.
    public int elementBytes() {
        return elementBytes;
    }

    /// What an address is to this pool.
    public BlockState stateOf(long address) {
        return slots.stateOf(address);
    }

    /// What it has done.
    public PoolStatistics statistics() {
        return slots.statistics();
    }

    /// What it takes; a slot's rounding counts as usable.
    public PoolFootprint footprint() {
        return slots.footprint();
    }

    /// The elements in use. O(elements).
    public List<LiveBlock> live() {
        return slots.live();
    }

    /// Checks the whole pool. O(elements).
    ///
    /// @throws IllegalStateException naming what does not hold
    public void validate() {
        slots.validate();
        int held = slots.isClosed() ? 0 : blocks().size();
        int cut = slots.store().regions().size();
        Validate.validState(held == cut, "%s: %d blocks are linked, not %d", this, held, cut);
    }

    /// Gives all blocks back, whatever is in use: nothing is destroyed. The log tells what was in
    /// use. A second call does nothing.
    public void close(Cpu cpu) {
        boolean _ = slots.close(cpu);
    }

    /// [#close] on the machine's first CPU.
    @Override
    public void close() {
        close(source.machine().cpu(0));
    }

    @Override
    public String toString() {
        return slots.toString();
    }
}
