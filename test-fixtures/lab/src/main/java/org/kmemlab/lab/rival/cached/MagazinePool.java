package org.kmemlab.lab.rival.cached;

import java.util.Arrays;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;

/// Object caches with magazines, as in Solaris' kmem and libumem.
///
/// There is a [MagazineCache] for each size up to 8192 bytes, four sizes a doubling; larger requests
/// have spans of their own, as from libumem's oversize arena. Magazines hold 15, 7, 3 or 1 addresses, the
/// fewer the larger the objects are.
///
/// A block that is freed twice is not noticed: magazines only hold addresses.
///
/// Sources: J. Bonwick, J. Adams, Magazines and Vmem (USENIX 2001); J. Bonwick, The Slab Allocator
/// (USENIX 1994) for the layer below. Leaves out: growing magazines under contention (stepped CPUs
/// never contend), the working set of the depot and its reaping, constructors, debugging.
public final class MagazinePool extends SpanRival {

    private static final int LARGEST = 8_192;
    /// M, and the objects up to this size that get it.
    private static final int[] MAGAZINE_SIZES = {15, 7, 3, 1};
    private static final int[] OBJECTS_UP_TO = {64, 256, 3_200, LARGEST};

    private final ObjectSpans[] slabs;
    private final MagazineCache[] caches;

    /// Holds nothing yet.
    public MagazinePool(PageAllocator allocator) {
        super(allocator, SizeClasses.fourADoubling(LARGEST));
        int count = classes.count();
        slabs = new ObjectSpans[count + MAGAZINE_SIZES.length];
        for (int owner = 0; owner < slabs.length; owner++) {
            int size = owner < count
                    ? classes.size(owner)
                    : MagazineCache.bytesOf(MAGAZINE_SIZES[owner - count]);
            slabs[owner] = new ObjectSpans(memory, heap, steps, owner, size,
                    ObjectSpans.pagesFor(size));
        }
        int cpus = allocator.machine().cpus().size();
        caches = new MagazineCache[count];
        for (int index = 0; index < count; index++) {
            caches[index] = new MagazineCache(memory, steps, heap, slabs[index],
                    slabs[count + kindOf(classes.size(index))], cpus);
        }
    }

    private static int kindOf(int bytes) {
        int kind = 0;
        while (bytes > OBJECTS_UP_TO[kind]) {
            kind++;
        }
        return kind;
    }

    /// How many addresses a magazine for objects of a size holds.
    ///
    /// @param bytes at most 8192
    public static int magazineSize(int bytes) {
        return MAGAZINE_SIZES[kindOf(bytes)];
    }

    /// How often a magazine was taken from a depot or brought to one.
    public long depotTrips() {
        return Arrays.stream(caches).mapToLong(MagazineCache::depotTrips).sum();
    }

    @Override
    long takeObject(Cpu cpu, int index) {
        return caches[index].take(cpu);
    }

    @Override
    void giveObject(Cpu cpu, Span span, long address) {
        caches[span.owner].give(cpu, address);
    }

    @Override
    long checkObject(Span span, long address) {
        if (span.owner >= caches.length) {
            throw refused(address, "in a span of magazines");
        }
        return slabs[span.owner].check(span, address);
    }

    @Override
    void validateObjects(Span span) {
        slabs[span.owner].validate(span);
    }

    @Override
    long walkObjects() {
        long magazines = Arrays.stream(slabs).skip(caches.length).mapToLong(ObjectSpans::inUse)
                .sum();
        long found = Arrays.stream(caches).mapToLong(MagazineCache::magazineCount).sum();
        if (magazines != found) {
            throw new IllegalStateException(
                    magazines + " magazines were taken, " + found + " are known");
        }
        return Arrays.stream(caches).mapToLong(MagazineCache::walk).sum();
    }

    @Override
    long objectMetadataBytes() {
        return Arrays.stream(caches).mapToLong(MagazineCache::metadataBytes).sum();
    }
}
