package org.kmemlab.slab;

import static org.kmemlab.machine.PhysicalMemory.BASE_ADDRESS;

import java.util.Arrays;

import org.kmemlab.machine.PhysicalMemory;

/// Which objects of about one size are in use, and of which cache: one tag for each granule of
/// memory, so that a free in live use is checked with one comparison.
///
/// The tag of the granule that an object in use starts in is the object's address with the number
/// of its cache in the upper 16 bits, where all addresses are alike; every other tag is 0. So a
/// double free, a free to another cache, an interior pointer and a pointer to nowhere all find a tag
/// that differs. A tag is 0 whenever its object is free: memory that goes from one cache to another
/// needs no clearing.
///
/// A granule is the largest power of two that no two objects of a cache can start in. The tags
/// take 8 bytes for each: 12.5 % of the memory of 64-byte objects, 3 % of that of 256-byte ones.
/// They are made as slabs appear, in chunks for 256 KiB.
///
/// **Locking.** Chunks are made under the machine's lock. A tag needs none: it belongs to who holds
/// the object. Two threads that free one object at the same moment can both succeed.
final class ObjectTags {

    private static final int CHUNK_SHIFT = 18;
    private static final int NUMBER_SHIFT = 48;

    /// By the bits of an address above a chunk, as many as the memory needs; none is null.
    private final long[][] chunks;
    private final int granuleShift;
    /// Selects a tag in a chunk; a field of its own, so that the place of a tag does not wait for
    /// the length of its chunk.
    private final int granuleMask;
    /// A chunk of which nothing is in use; never written.
    private final long[] noTags;

    ObjectTags(PhysicalMemory memory, int granuleShift) {
        long bytes = memory.addressOf(memory.endPfn()) - BASE_ADDRESS;
        int covering = (int) ((bytes - 1) >>> CHUNK_SHIFT);
        this.chunks = new long[2 * Integer.highestOneBit(Math.max(1, covering))][];
        this.granuleShift = granuleShift;
        this.noTags = new long[1 << (CHUNK_SHIFT - granuleShift)];
        this.granuleMask = noTags.length - 1;
        Arrays.fill(chunks, noTags);
    }

    /// log2 of the granules of a cache.
    ///
    /// @param strideBytes from one object to the next
    static int granuleShift(int strideBytes) {
        return Math.min(CHUNK_SHIFT,
                Integer.SIZE - 1 - Integer.numberOfLeadingZeros(strideBytes));
    }

    /// What distinguishes a cache's tags from addresses.
    static long keyOf(int cacheNumber) {
        return ((long) cacheNumber << NUMBER_SHIFT)
                - (BASE_ADDRESS >>> NUMBER_SHIFT << NUMBER_SHIFT);
    }

    /// Makes room for the tag of an object that comes from a slab. The caller holds the machine's lock,
    /// or two threads would make two chunks for one place and lose what is noted in one of them.
    @SuppressWarnings("ReferenceEquality") // asks which array it is, not what is in it
    void prepare(long object) {
        int index = chunkOf(chunks, object);
        if (chunks[index] == noTags) {
            chunks[index] = new long[noTags.length];
        }
    }

    /// The tags, for [#set] and [#clear]: a sheaf keeps the three parts at hand.
    long[][] chunks() {
        return chunks;
    }

    int granuleShift() {
        return granuleShift;
    }

    int granuleMask() {
        return granuleMask;
    }

    /// Notes that an object, which was prepared, is handed out.
    void set(long object, long key) {
        set(chunks, granuleShift, granuleMask, object, key);
    }

    /// Notes that an object comes back.
    ///
    /// @return false, and nothing changes, if no object of the cache that is in use starts there
    boolean clear(long address, long key) {
        return clear(chunks, granuleShift, granuleMask, address, key);
    }

    static void set(long[][] chunks, int shift, int mask, long object, long key) {
        chunks[chunkOf(chunks, object)][(int) (object >>> shift) & mask] = object + key;
    }

    static boolean clear(long[][] chunks, int shift, int mask, long address, long key) {
        long[] chunk = chunks[chunkOf(chunks, address)];
        int granule = (int) (address >>> shift) & mask;
        if (chunk[granule] != address + key) {
            return false;
        }
        chunk[granule] = 0;
        return true;
    }

    /// Whether an object of the cache that is in use starts there.
    boolean isSet(long address, long key) {
        return chunks[chunkOf(chunks, address)][(int) (address >>> granuleShift) & granuleMask]
                == address + key;
    }

    private static int chunkOf(long[][] chunks, long address) {
        return (int) (address >>> CHUNK_SHIFT) & (chunks.length - 1);
    }
}
