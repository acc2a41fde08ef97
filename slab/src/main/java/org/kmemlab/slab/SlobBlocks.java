package org.kmemlab.slab;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;

import org.jspecify.annotations.Nullable;

/// Who has which block of SLOB, which itself does not know: it frees what it is told to, of any size.
/// That is what tells a wrong free from a right one.
final class SlobBlocks {

    private final TreeMap<Long, SlobBlock> byStart = new TreeMap<>();
    private final Map<@Nullable SlabCache, Long> counts = new HashMap<>();

    void add(SlobBlock block) {
        byStart.put(block.start(), block);
        counts.merge(block.cache(), 1L, Long::sum);
    }

    /// Forgets a block that goes back to the heap.
    void remove(SlobBlock block) {
        SlobBlock known = byStart.get(block.start());
        if (known != null && byStart.remove(block.start(), known) && !known.isWaiting()) {
            counts.merge(known.cache(), -1L, Long::sum);
        }
    }

    /// Lets a block wait for a grace period; it is nobody's then.
    SlobBlock retire(SlobBlock block) {
        SlobBlock waiting = block.waiting();
        if (byStart.replace(block.start(), waiting) != null) {
            counts.merge(block.cache(), -1L, Long::sum);
        }
        return waiting;
    }

    /// Blocks that a cache, or null for `kmalloc`, has given out.
    long count(@Nullable SlabCache cache) {
        return counts.getOrDefault(cache, 0L);
    }

    /// The block whose object begins at an address; null if that is none.
    @Nullable
    SlobBlock at(long address) {
        Map.Entry<Long, SlobBlock> entry = byStart.floorEntry(address);
        SlobBlock block = entry == null ? null : entry.getValue();
        return block != null && block.object() == address && !block.isWaiting() ? block : null;
    }

    /// The block that an address lies in; null if none does.
    @Nullable
    SlobBlock around(long address) {
        return overlapping(address, 1);
    }

    /// A block that shares bytes with a range; null if none does.
    @Nullable
    SlobBlock overlapping(long from, int bytes) {
        Map.Entry<Long, SlobBlock> entry = byStart.lowerEntry(from + bytes);
        SlobBlock block = entry == null ? null : entry.getValue();
        return block != null && block.start() + block.bytes() > from ? block : null;
    }

    /// Walks all blocks.
    ///
    /// @param inHeap whether an address lies in a page of the heap
    /// @throws IllegalStateException if two overlap, or one lies where none can
    void validate(LongPredicate inHeap) {
        long end = Long.MIN_VALUE;
        for (SlobBlock block : byStart.values()) {
            if (block.start() < end) {
                throw new IllegalStateException(block + " overlaps the one before");
            }
            if (block.order() == SlobBlock.HEAP && !inHeap.test(block.start())) {
                throw new IllegalStateException(block + " is in no page of the heap");
            }
            end = block.start() + block.bytes();
        }
    }
}
