package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.machine.Task;

/// Who allocated each object of a cache last, and who freed it: two records behind the object, kept
/// in its slot as the kernel keeps them, so that they can be damaged as the kernel's.
///
/// ```text
///    0         8        12    16    20    24      32
///   │ call site │ stack │ cpu │ pid │     │ jiffies │
/// ```
final class ObjectTracks {

    /// Which of the two records.
    enum Kind {
        ALLOCATED, FREED
    }

    /// One record.
    ///
    /// @param site address that stands for the caller; 0 if the record is empty
    /// @param handle of the caller's stack
    record Track(long site, int handle, int cpu, int pid, long jiffies) {}

    private static final int HANDLE = 8;
    private static final int CPU = 12;
    private static final int PID = 16;
    private static final int WHEN = 24;

    private final SlabCache cache;
    private final Machine machine;
    private final PhysicalMemory memory;
    private final CallSites sites;
    private final int bytes;
    private final boolean keepsSize;
    private final int sizeBytes;
    private final boolean guardsSize;

    ObjectTracks(SlabCache cache) {
        SlabFlags flags = cache.geometry().flags();
        this.cache = cache;
        this.machine = cache.allocator().machine();
        this.memory = cache.memory();
        this.sites = cache.allocator().callSites();
        this.keepsSize = flags.has(SlabFlags.STORE_USER) && flags.has(SlabFlags.KMALLOC);
        this.sizeBytes = keepsSize ? cache.allocator().settings().rules().requestedSizeBytes() : 0;
        this.guardsSize = keepsSize && flags.has(SlabFlags.RED_ZONE)
                && cache.allocator().settings().rules().guardsRequestedSize();
        this.bytes = flags.has(SlabFlags.STORE_USER)
                ? 2 * ObjectLayout.TRACK_SIZE + sizeBytes
                : 0;
    }

    /// Bytes that they take in each slot, 0 if the cache keeps none.
    int bytes() {
        return bytes;
    }

    private long at(long object, Kind kind) {
        long first = object + cache.geometry().slub().infoEnd();
        return kind == Kind.ALLOCATED ? first : first + ObjectLayout.TRACK_SIZE;
    }

    /// Empties both records.
    void clear(long object) {
        if (bytes > 0) {
            memory.fill(at(object, Kind.ALLOCATED), 2 * ObjectLayout.TRACK_SIZE, (byte) 0);
        }
    }

    /// Notes that the calling thread allocates or frees an object.
    void record(Cpu cpu, long object, Kind kind) {
        if (bytes == 0) {
            return;
        }
        long at = at(object, kind);
        int handle = sites.handle();
        Task task = cpu.task();
        memory.putLong(at, sites.address(sites.stack(handle).getFirst()));
        memory.putInt(at + HANDLE, handle);
        memory.putInt(at + CPU, cpu.id());
        memory.putInt(at + PID, task == null ? 0 : task.pid());
        memory.putLong(at + WHEN, machine.clock().jiffies());
    }

    /// Reads a record of a cache that keeps them.
    Track read(long object, Kind kind) {
        long at = at(object, kind);
        return new Track(memory.getLong(at), memory.getInt(at + HANDLE), memory.getInt(at + CPU),
                memory.getInt(at + PID), memory.getLong(at + WHEN));
    }

    /// Notes how many bytes `kmalloc` was asked for.
    void setRequestedSize(long object, int size) {
        if (keepsSize) {
            memory.fill(sizeField(object), sizeBytes, (byte) 0);
            memory.putInt(sizeField(object), size);
        }
    }

    /// Bytes of an object that nobody asked for.
    int waste(long object) {
        int objectSize = cache.geometry().objectSize();
        return keepsSize ? objectSize - memory.getInt(sizeField(object)) : 0;
    }

    /// Bytes at the end of an object in use that belong to its red zone.
    int guardedBytes(long object) {
        return guardsSize ? waste(object) : 0;
    }

    private long sizeField(long object) {
        return at(object, Kind.FREED) + ObjectLayout.TRACK_SIZE;
    }

    /// Both records as reports print them; nothing for an empty one.
    List<String> lines(long object) {
        List<String> lines = new ArrayList<>();
        if (bytes > 0) {
            addLines(lines, "Allocated", read(object, Kind.ALLOCATED));
            addLines(lines, "Freed", read(object, Kind.FREED));
        }
        return lines;
    }

    private void addLines(List<String> lines, String what, Track track) {
        if (track.site == 0) {
            return;
        }
        lines.add("%s in %s age=%d cpu=%d pid=%d".formatted(what, sites.symbol(track.site),
                machine.clock().jiffies() - track.jiffies, track.cpu, track.pid));
        if (track.handle == 0) {
            lines.add("object allocation/free stack trace missing");
        }
        sites.stack(track.handle).forEach(frame -> lines.add(" " + frame));
    }
}
