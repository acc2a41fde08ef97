package org.kmemlab.mempool.pools;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.PhysicalMemory;

/// Equal blocks in regions of simulated memory: which are free, and which is next.
///
/// **Concepts.** Free blocks are linked into one list, each beginning with the link to the next;
/// the one that was freed last is given out first. If the list is empty, the oldest region that has
/// some gives out a block that was never used, in the order of addresses. A bit for each block says
/// whether it is in use, so that a second free is seen at once.
///
/// **Invariants.** I1: links lead from free block to free block and end with 0. I2: the blocks of
/// the list, those in use and those never used are all blocks. I3: a bit is set just for the blocks
/// in use. I4: the red zones of every block that was ever used are whole. [StoreWalk] checks them.
///
/// Has no lock. Taking and putting cost O(1) and O(log regions).
public final class BlockStore {

    private final String name;
    private final BlockLayout layout;
    private final BlockLinks links;
    private final RedZones redZones;
    private final PoolEvents events;
    private final StepCount steps = new StepCount();
    private final List<BlockRegion> regions = new ArrayList<>();
    private final AddressMap<BlockRegion> byAddress = new AddressMap<>();
    private int oldestFresh;
    private long freeHead;
    private long listed;
    private long total;
    private long used;

    BlockStore(String name, PhysicalMemory memory, BlockLayout layout, PoolEvents events) {
        Validate.isTrue(memory.hasBytes(), "pool '%s' keeps its links in the blocks: it needs a "
                + "machine with bytes, this one is METADATA_ONLY", name);
        this.name = name;
        this.layout = layout;
        this.events = events;
        this.links = new BlockLinks(memory, layout.linkBytes());
        this.redZones = new RedZones(memory, layout);
    }

    /// Adds the blocks that fit into a region, none of them used yet.
    ///
    /// @param blocksMost no more of them
    /// @return how many
    public int addRegion(long address, long bytes, long blocksMost) {
        long fitting = Math.min(blocksMost, layout.blocksIn(address, address + bytes));
        int blocks = Math.toIntExact(fitting);
        if (blocks > 0) {
            long first = layout.firstBlock(address);
            links.startAt(first);
            BlockRegion region = new BlockRegion(layout, first, blocks);
            regions.add(region);
            byAddress.add(region.start, region.end, region);
            total += blocks;
            events.happened(PoolEvent.DIVIDE, first, blocks);
        }
        return blocks;
    }

    /// Keeps the links out of the blocks, in words of their own. To be called before the only
    /// region is added.
    ///
    /// @param table address of the first of as many words of 8 bytes as there will be blocks
    public void linkOutside(long table) {
        links.keepIn(table, layout.stride());
    }

    /// Links all blocks that were never used into the list, in the order in which they would be
    /// given out. O(blocks).
    ///
    /// @throws IllegalStateException if the list is not empty
    public void linkFresh() {
        Validate.validState(freeHead == 0, "%s: its list is not empty", this);
        for (BlockRegion region : regions.reversed()) {
            for (int block = region.blocks - 1; block >= region.fresh; block--) {
                push(region.addressOf(block));
            }
            region.fresh = region.blocks;
        }
        events.happened(PoolEvent.LINK, freeHead, listed);
    }

    private void push(long address) {
        redZones.paint(address, RedZones.INACTIVE);
        links.set(address, freeHead);
        freeHead = address;
        listed++;
    }

    /// Takes a block: the one freed last, else one that was never used.
    ///
    /// @return 0 if there is none
    /// @throws IllegalStateException if the link in the first free block was overwritten; nothing
    ///         is changed then
    long take() {
        steps.add(1);
        return freeHead != 0 ? takeListed() : takeFresh();
    }

    private long takeListed() {
        long address = freeHead;
        long next = links.get(address);
        if (next != 0 && stateOf(next) != BlockState.FREE) {
            throw new IllegalStateException(badLink(address, next));
        }
        markInUse(regionOf(address), address);
        freeHead = next;
        listed--;
        events.happened(PoolEvent.ALLOC_LISTED, address, listed);
        return address;
    }

    String badLink(long block, long next) {
        return "%s: the free block 0x%x links to 0x%x, which is no free block".formatted(this,
                block,
                next);
    }

    private long takeFresh() {
        while (oldestFresh < regions.size()) {
            BlockRegion region = regions.get(oldestFresh);
            if (region.fresh < region.blocks) {
                long address = region.addressOf(region.fresh);
                region.fresh++;
                markInUse(region, address);
                events.happened(PoolEvent.ALLOC_FRESH, address, used);
                return address;
            }
            steps.add(1);
            oldestFresh++;
        }
        return 0;
    }

    private void markInUse(BlockRegion region, long address) {
        region.setInUse(region.blockAt(address), true);
        redZones.paint(address, RedZones.ACTIVE);
        used++;
    }

    /// Takes a block back.
    ///
    /// @throws PoolMisuseException if it is no block in use, or its red zones are damaged; nothing
    ///         is changed then
    void put(long address) {
        BlockRegion region = requireInUse(address);
        region.setInUse(region.blockAt(address), false);
        used--;
        steps.add(1);
        push(address);
        events.happened(PoolEvent.FREE, address, listed);
    }

    /// Checks that a block could be put back.
    ///
    /// @return the region it lies in
    /// @throws PoolMisuseException as [#put]
    BlockRegion requireInUse(long address) {
        BlockRegion region = byAddress.find(address, steps);
        BlockState state = stateIn(region, address);
        if (region == null || state != BlockState.IN_USE) {
            throw PoolMisuseException.of(toString(), state, address, blockAround(address));
        }
        long damaged = redZones.damagedByte(address, RedZones.ACTIVE);
        if (damaged != 0) {
            throw PoolMisuseException.overrun(toString(), address, damaged, layout.blockBytes());
        }
        return region;
    }

    /// Whether the list has a block. O(list): a step for each block that it looks at.
    public boolean isListed(long address) {
        for (long block = freeHead; block != 0; block = links.get(block)) {
            steps.add(1);
            if (block == address) {
                return true;
            }
        }
        return false;
    }

    /// What an address is.
    BlockState stateOf(long address) {
        return stateIn(byAddress.find(address, steps), address);
    }

    private static BlockState stateIn(@Nullable BlockRegion region, long address) {
        if (region == null) {
            return BlockState.FOREIGN;
        }
        int block = region.blockAt(address);
        if (block < 0) {
            return BlockState.INTERIOR;
        }
        return region.isInUse(block) ? BlockState.IN_USE : BlockState.FREE;
    }

    /// The block that an address lies in, or in whose header or red zone it lies; 0 if in none.
    long blockAround(long address) {
        BlockRegion region = byAddress.find(address, steps);
        return region == null ? 0
                : region.addressOf((int) ((address - region.start) / layout.stride()));
    }

    private BlockRegion regionOf(long address) {
        @Nullable BlockRegion region = byAddress.find(address, steps);
        if (region == null) {
            throw new AssertionError("0x%x is in no region of %s".formatted(address, this));
        }
        return region;
    }

    /// Makes all blocks free and never used. O(regions), and a word for each 64 blocks.
    void clear() {
        regions.forEach(BlockRegion::clear);
        freeHead = 0;
        listed = 0;
        used = 0;
        oldestFresh = 0;
    }

    /// Forgets all regions.
    void forget() {
        clear();
        regions.clear();
        byAddress.clear();
        total = 0;
    }

    /// Checks I1 to I4. O(blocks).
    ///
    /// @throws IllegalStateException naming the invariant that does not hold
    void validate() {
        new StoreWalk(this, links, redZones).check();
    }

    BlockLayout layout() {
        return layout;
    }

    StepCount steps() {
        return steps;
    }

    /// The oldest first.
    List<BlockRegion> regions() {
        return Collections.unmodifiableList(regions);
    }

    /// The first block of the list; 0 if it is empty.
    public long freeHead() {
        return freeHead;
    }

    /// How many blocks the list has.
    long listed() {
        return listed;
    }

    long total() {
        return total;
    }

    long used() {
        return used;
    }

    @Override
    public String toString() {
        return "pool '" + name + "'";
    }
}
