package org.kmemlab.slab;

import org.kmemlab.machine.PhysicalMemory;

/// The bytes by which damage to the objects of one cache is recognised.
///
/// | bytes | where |
/// | --- | --- |
/// | [#RED_INACTIVE], [#RED_ACTIVE] | in front of and behind an object that is free, allocated |
/// | [#POISON_FREE], at the end [#POISON_END] | in an object, until it is written to |
/// | [#POISON_INUSE] | between and behind everything else of a slab |
///
/// See [ObjectLayout] for a picture of a slot.
final class ObjectDebug {

    static final int RED_INACTIVE = 0xbb;
    static final int RED_ACTIVE = 0xcc;
    static final int POISON_INUSE = 0x5a;
    static final int POISON_FREE = 0x6b;
    static final int POISON_END = 0xa5;

    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;
    /// Flags with which the objects of a new slab are painted.
    private static final SlabFlags PAINTED = SlabFlags.STORE_USER.with(SlabFlags.RED_ZONE)
            .with(SlabFlags.OBJECT_POISON);

    private final SlabCache cache;
    private final PhysicalMemory memory;
    private final ObjectTracks tracks;
    private final SlabFlags flags;

    ObjectDebug(SlabCache cache, ObjectTracks tracks) {
        this.cache = cache;
        this.memory = cache.memory();
        this.tracks = tracks;
        this.flags = cache.geometry().flags();
    }

    /// Prepares the pages of a new slab.
    void paint(SlubSlab slab) {
        if (flags.has(SlabFlags.POISON)) {
            memory.fill(memory.addressOf(slab.pfn), slab.blockBytes(), (byte) POISON_INUSE);
        }
    }

    /// Prepares an object of a new slab, before its constructor runs.
    void prepare(long object) {
        if (flags.has(PAINTED)) {
            init(object, RED_INACTIVE);
            tracks.clear(object);
        }
    }

    /// Gives an object the bytes of its state.
    ///
    /// @param red [#RED_ACTIVE] for an allocated object, [#RED_INACTIVE] for a free one
    void init(long object, int red) {
        SlubGeometry geometry = cache.geometry().slub();
        int objectSize = geometry.objectSize();
        if (flags.has(SlabFlags.RED_ZONE)) {
            int pad = geometry.redLeftPad();
            memory.fill(object - pad, pad, (byte) red);
            memory.fill(object + objectSize, geometry.inuse() - objectSize, (byte) red);
        }
        if (flags.has(SlabFlags.OBJECT_POISON)) {
            memory.fill(object, objectSize - 1, (byte) POISON_FREE);
            memory.putByte(object + objectSize - 1, (byte) POISON_END);
        }
    }

    /// Makes the bytes behind those that `kmalloc` was asked for part of the red zone of an object in
    /// use, if the cache guards them.
    void guardRequestedSize(long object) {
        int waste = guardedBytes(object);
        memory.fill(object + cache.geometry().objectSize() - waste, waste, (byte) RED_ACTIVE);
    }

    /// Bytes from an object to the padding at the end of its slot.
    int paddingOffset() {
        return cache.geometry().slub().infoEnd() + tracks.bytes();
    }

    /// Bytes at the end of an object in use that nobody asked for and that are guarded.
    int guardedBytes(long object) {
        return tracks.guardedBytes(object);
    }

    /// Bytes from an object to the end of its slot.
    int slotEnd() {
        return cache.geometry().size() - cache.geometry().slub().redLeftPad();
    }

    /// The first address in `from` to `to` whose byte is not `value`; `to` if there is none.
    long firstOther(long from, long to, int value) {
        long pattern = EACH_BYTE * value;
        long at = from;
        while (at + Long.BYTES <= to && memory.getLong(at) == pattern) {
            at += Long.BYTES;
        }
        while (at < to && (memory.getByte(at) & 0xff) == value) {
            at++;
        }
        return at;
    }

    /// The last address in `from` to `to` whose byte is not `value`; `from` at least.
    long lastOther(long from, long to, int value) {
        long at = to - 1;
        while (at > from && (memory.getByte(at) & 0xff) == value) {
            at--;
        }
        return at;
    }
}
