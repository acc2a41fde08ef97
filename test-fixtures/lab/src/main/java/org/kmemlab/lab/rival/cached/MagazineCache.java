package org.kmemlab.lab.rival.cached;

import org.apache.commons.lang3.Validate;
import org.kmemlab.lab.rival.base.Steps;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// An object cache with two magazines a CPU and a depot of full and empty ones.
///
/// **Picture.** A magazine is itself an object: a link and room for M addresses.
///
/// ```text
///  CPU:   loaded   | link | o | o | o |   |   |      alloc takes from it, free puts into it
///         previous | link | o | o | o | o | o |      full or empty; swapped in when that helps
///  depot: full -> full -> full        empty -> empty
///  below: slabs
/// ```
///
/// The previous magazine is what makes M allocations and M frees in a row, at a boundary, cost no
/// trip to the depot.
final class MagazineCache {

    private static final int LINK = 8;

    private final PhysicalMemory memory;
    private final Steps steps;
    private final SpanHeap heap;
    private final ObjectSpans slabs;
    private final ObjectSpans magazines;
    /// M: addresses in a magazine.
    private final int size;
    /// By CPU: the magazines, 0 if there is none, and how many addresses they have.
    private final long[] loaded;
    private final int[] rounds;
    private final long[] previous;
    private final int[] previousRounds;
    private long full;
    private long fullCount;
    private long empty;
    private long emptyCount;
    private long depotTrips;

    MagazineCache(PhysicalMemory memory, Steps steps, SpanHeap heap, ObjectSpans slabs,
            ObjectSpans magazines, int cpus) {
        this.memory = memory;
        this.steps = steps;
        this.heap = heap;
        this.slabs = slabs;
        this.magazines = magazines;
        size = sizeOf(magazines.size());
        loaded = new long[cpus];
        rounds = new int[cpus];
        previous = new long[cpus];
        previousRounds = new int[cpus];
    }

    /// Bytes of a magazine for so many addresses.
    static int bytesOf(int size) {
        return LINK + size * Long.BYTES;
    }

    private static int sizeOf(int bytes) {
        return (bytes - LINK) / Long.BYTES;
    }

    /// How often a magazine was taken from the depot or brought there.
    long depotTrips() {
        return depotTrips;
    }

    long take(Cpu cpu) {
        int id = cpu.id();
        while (true) {
            steps.look();
            if (rounds[id] > 0) {
                return memory.getLong(round(loaded[id], --rounds[id]));
            }
            if (previousRounds[id] > 0) {
                swap(id);
            } else if (full != 0) {
                long taken = popFull();
                if (previous[id] != 0) {
                    pushEmpty(previous[id]);
                }
                shift(id, taken, size);
            } else {
                return slabs.take(cpu);
            }
        }
    }

    void give(Cpu cpu, long object) {
        int id = cpu.id();
        while (true) {
            steps.look();
            if (loaded[id] != 0 && rounds[id] < size) {
                memory.putLong(round(loaded[id], rounds[id]++), object);
                return;
            }
            if (previous[id] != 0 && previousRounds[id] == 0) {
                swap(id);
            } else {
                long taken = empty != 0 ? popEmpty() : magazines.take(cpu);
                if (taken == 0) {
                    slabs.give(cpu, heap.ofListed(object), object);
                    return;
                }
                if (previous[id] != 0) {
                    pushFull(previous[id]);
                }
                shift(id, taken, 0);
            }
        }
    }

    private static long round(long magazine, int index) {
        return magazine + LINK + (long) index * Long.BYTES;
    }

    private void swap(int id) {
        long magazine = loaded[id];
        int count = rounds[id];
        loaded[id] = previous[id];
        rounds[id] = previousRounds[id];
        previous[id] = magazine;
        previousRounds[id] = count;
    }

    /// Loads a magazine; the loaded one becomes the previous.
    private void shift(int id, long magazine, int count) {
        previous[id] = loaded[id];
        previousRounds[id] = rounds[id];
        loaded[id] = magazine;
        rounds[id] = count;
    }

    private void pushFull(long magazine) {
        depotTrips++;
        steps.look();
        memory.putLong(magazine, full);
        full = magazine;
        fullCount++;
    }

    private long popFull() {
        depotTrips++;
        steps.look();
        long magazine = full;
        full = memory.getLong(magazine);
        fullCount--;
        return magazine;
    }

    private void pushEmpty(long magazine) {
        depotTrips++;
        steps.look();
        memory.putLong(magazine, empty);
        empty = magazine;
        emptyCount++;
    }

    private long popEmpty() {
        depotTrips++;
        steps.look();
        long magazine = empty;
        empty = memory.getLong(magazine);
        emptyCount--;
        return magazine;
    }

    /// Checks the magazines.
    ///
    /// @return objects that are out: taken from slabs and in no magazine
    long walk() {
        long inMagazines = walkDepot();
        for (int id = 0; id < loaded.length; id++) {
            Validate.validState(rounds[id] <= size && (loaded[id] != 0 || rounds[id] == 0),
                    "CPU %d: its magazine has %d of %d rounds", id, rounds[id], size);
            Validate.validState(previousRounds[id] == 0 || previousRounds[id] == size,
                    "CPU %d: its previous magazine is neither full nor empty: %d", id,
                    previousRounds[id]);
            inMagazines += rounds[id] + previousRounds[id];
            checkRounds(loaded[id], rounds[id]);
            checkRounds(previous[id], previousRounds[id]);
        }
        return slabs.inUse() - inMagazines;
    }

    private long walkDepot() {
        long foundFull = 0;
        for (long at = full; at != 0; at = memory.getLong(at)) {
            checkRounds(at, size);
            foundFull++;
            Validate.validState(foundFull <= fullCount, "the depot's full list has a loop");
        }
        long foundEmpty = 0;
        for (long at = empty; at != 0; at = memory.getLong(at)) {
            foundEmpty++;
            Validate.validState(foundEmpty <= emptyCount, "the depot's empty list has a loop");
        }
        Validate.validState(foundFull == fullCount && foundEmpty == emptyCount,
                "the depot has %d full and %d empty magazines, counted %d and %d", foundFull,
                foundEmpty, fullCount, emptyCount);
        return foundFull * size;
    }

    private void checkRounds(long magazine, int count) {
        for (int i = 0; i < count; i++) {
            long object = memory.getLong(round(magazine, i));
            slabs.check(heap.ofListed(object), object);
        }
    }

    /// Magazines it has, each an object of the magazine cache.
    long magazineCount() {
        long count = fullCount + emptyCount;
        for (int id = 0; id < loaded.length; id++) {
            count += (loaded[id] != 0 ? 1 : 0) + (previous[id] != 0 ? 1 : 0);
        }
        return count;
    }

    long metadataBytes() {
        return magazineCount() * magazines.size()
                + loaded.length * (2L * Long.BYTES + 2L * Integer.BYTES) + 4L * Long.BYTES;
    }
}
