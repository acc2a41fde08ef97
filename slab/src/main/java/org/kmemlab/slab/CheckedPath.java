package org.kmemlab.slab;

import org.kmemlab.machine.Cpu;
import org.kmemlab.slab.ObjectTracks.Kind;

/// How caches with debug flags allocate and free: one object at a time, under the node's lock, so
/// that every object can be looked at on its way.
///
/// No CPU owns a slab. A slab stays on its node's partial list while it has a free object. An
/// object that is found damaged when it comes back is not taken back. A slab with a damaged free
/// object gives no object any more.
final class CheckedPath {

    private static final long[] NOTHING = {};

    private final SlabCache cache;
    private final SlubNodes nodes;
    private final FreeLinks links;
    private final ObjectDebug debug;
    private final ObjectTracks tracks;
    private final SlabChecks checks;
    private final BugReports reports;
    private final boolean checksOften;
    private final boolean traces;

    CheckedPath(SlabCache cache, SlubNodes nodes, FreeLinks links, SlubDebug parts) {
        SlabFlags flags = cache.geometry().flags();
        this.cache = cache;
        this.nodes = nodes;
        this.links = links;
        this.debug = parts.bytes;
        this.tracks = parts.tracks;
        this.checks = parts.checks;
        this.reports = parts.reports;
        this.checksOften = flags.has(SlabFlags.CONSISTENCY_CHECKS);
        this.traces = flags.has(SlabFlags.TRACE);
    }

    /// Takes the first free object of a slab on a partial list.
    ///
    /// @return 0 if the slab is damaged; it is on no list then
    long take(Cpu cpu, SlubSlab slab) {
        long object = slab.headAddress();
        boolean valid = slab.isObjectHere(object);
        slab.setUnfrozen(valid ? links.next(object) : linkOfNoObject(object), slab.inuse() + 1);
        if (!checks.mayAllocate(cpu, slab, object)) {
            reports.fix("Marking all objects used");
            checks.loseFreeObjects(slab);
            nodes.of(slab).remove(slab);
            return 0;
        }
        if (traces) {
            reports.trace(cpu, slab, object, true);
        }
        tracks.setRequestedSize(object, cache.geometry().objectSize());
        debug.init(object, ObjectDebug.RED_ACTIVE);
        if (slab.inuse() == slab.objects()) {
            nodes.of(slab).remove(slab);
            nodes.of(slab).addFull(slab);
        }
        tracks.record(cpu, object, Kind.ALLOCATED);
        return object;
    }

    /// What the kernel would find where it looks for the link of something that is no object.
    private long linkOfNoObject(long address) {
        if (checksOften || cache.refusesMisuse()) {
            // Not looked at: what comes next refuses such an object anyway.
            return 0;
        }
        if (cache.memory().pfnOf(address) < 0) {
            throw new SlabBugException(
                    new SlabBug.CorruptFreePointer(cache.name(), 0, address));
        }
        return links.next(address);
    }

    /// Puts a chain of objects back on the free list of their slab, unless one is damaged.
    void free(CpuSlab mine, SlubSlab slab, long head, long tail, int count) {
        links.set(tail, 0);
        long[] chain = cache.refusesMisuse() ? links.addresses(head, count) : NOTHING;
        int accepted = accept(mine.cpu, slab, head, tail, count);
        if (accepted == 0) {
            for (long object : chain) {
                slab.markAllocated(object);
            }
            return;
        }
        NodePartials list = nodes.of(slab);
        links.set(tail, slab.headAddress());
        slab.setUnfrozen(head, slab.inuse() - accepted);
        boolean release = nodes.wantsToRelease(slab);
        // Differs from Linux: it asks whether the free list was empty, and would list a slab twice
        // whose list was cut short by damage.
        if (!slab.isPartial) {
            list.removeFull(slab);
            if (!release) {
                list.addLast(slab);
                mine.count(SlubStat.FREE_ADD_PARTIAL);
            }
        } else if (release) {
            list.remove(slab);
            mine.count(SlubStat.FREE_REMOVE_PARTIAL);
        }
        if (release) {
            mine.count(SlubStat.FREE_SLAB);
            nodes.discard(mine.cpu, slab);
        }
    }

    /// Looks at objects that come back and gives them the bytes of free ones.
    ///
    /// @return how many come back, 0 if none may
    private int accept(Cpu cpu, SlubSlab slab, long head, long tail, int count) {
        if (checksOften) {
            checks.checkPadding(cpu, slab);
        }
        if (slab.inuse() < count) {
            reports.slab(cpu, slab,
                    "Slab has %d allocated objects but %d are to be freed\n".formatted(
                            slab.inuse(), count),
                    new SlabBug.TooManyFreed(cache.name(), head, slab.inuse(), count));
            return refuse(head);
        }
        long object = head;
        int seen = 1;
        while (acceptOne(cpu, slab, object)) {
            if (object == tail) {
                if (seen != count) {
                    countMismatch(cpu, slab, head, seen, count);
                }
                return seen;
            }
            object = links.next(object);
            seen++;
            if (seen > count) {
                countMismatch(cpu, slab, head, seen, count);
                return refuse(object);
            }
        }
        return refuse(object);
    }

    private boolean acceptOne(Cpu cpu, SlubSlab slab, long object) {
        if (checksOften && !checks.mayFree(cpu, slab, object)) {
            return false;
        }
        tracks.record(cpu, object, Kind.FREED);
        if (traces) {
            reports.trace(cpu, slab, object, false);
        }
        debug.init(object, ObjectDebug.RED_INACTIVE);
        return true;
    }

    private void countMismatch(Cpu cpu, SlubSlab slab, long head, int seen, int count) {
        reports.slab(cpu, slab,
                "Bulk free expected %d objects but found %d\n".formatted(count, seen),
                new SlabBug.TooManyFreed(cache.name(), head, seen, count));
    }

    private int refuse(long object) {
        reports.fix("Object at 0x%016x not freed".formatted(object));
        return 0;
    }
}
