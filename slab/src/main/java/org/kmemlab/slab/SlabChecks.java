package org.kmemlab.slab;

import java.util.List;

import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.SlabBug.Zone;

/// Looks for damage in the slabs of one cache, in the kernel's order, reports and repairs it.
///
/// What is found first decides: after a damaged zone the rest of the object is not looked at.
/// Damage to paddings is repaired, and then harms nobody.
final class SlabChecks {

    private final SlabCache cache;
    private final PhysicalMemory memory;
    private final FreeLinks links;
    private final ObjectDebug debug;
    private final BugReports reports;
    private final SlabFlags flags;

    SlabChecks(SlabCache cache, FreeLinks links, ObjectDebug debug, BugReports reports) {
        this.cache = cache;
        this.memory = cache.memory();
        this.links = links;
        this.debug = debug;
        this.reports = reports;
        this.flags = cache.geometry().flags();
    }

    /// Whether a free object may be handed out.
    ///
    /// @return false after a report
    boolean mayAllocate(Cpu cpu, SlubSlab slab, long object) {
        boolean thorough = flags.has(SlabFlags.CONSISTENCY_CHECKS);
        if (thorough) {
            checkPadding(cpu, slab);
        }
        boolean valid = slab.isObjectHere(object);
        if (valid && thorough && !checkObject(cpu, slab, object, ObjectDebug.RED_INACTIVE)) {
            return false;
        }
        boolean wrong = !valid || slab.isAllocated(slab.indexOf(object));
        if (wrong && (thorough || cache.refusesMisuse())) {
            reports.object(cpu, slab, object, false, "Freelist Pointer check fails",
                    new SlabBug.CorruptFreePointer(cache.name(), 0, object));
            return false;
        }
        return true;
    }

    /// Whether an object may be taken back.
    ///
    /// @return false after a report
    boolean mayFree(Cpu cpu, SlubSlab slab, long object) {
        if (!slab.isObjectHere(object)) {
            long before = slab.holds(object) ? slab.addressOf(slab.indexOf(object)) : slab.start;
            reports.slab(cpu, slab, "Invalid object pointer 0x%016x".formatted(object),
                    new SlabBug.InteriorPointer(cache.name(), object, before));
            return false;
        }
        if (isOnFreelist(cpu, slab, object)) {
            reports.object(cpu, slab, object, true, "Object already free",
                    new SlabBug.DoubleFree(cache.name(), object));
            return false;
        }
        return checkObject(cpu, slab, object, ObjectDebug.RED_ACTIVE);
    }

    /// Looks at a whole slab: padding, free list, then each object until one is damaged.
    void validate(Cpu cpu, SlubSlab slab) {
        checkPadding(cpu, slab);
        if (!isOnFreelist(cpu, slab, 0)) {
            return;
        }
        boolean[] isFree = new boolean[slab.objects()];
        links.walk(slab, slab.headAddress()).forEach(index -> isFree[index] = true);
        for (int index = 0; index < isFree.length; index++) {
            int red = isFree[index] ? ObjectDebug.RED_INACTIVE : ObjectDebug.RED_ACTIVE;
            if (!checkObject(cpu, slab, slab.addressOf(index), red)) {
                return;
            }
        }
    }

    /// Looks at a slab that is about to be given back: nothing of it may be in use.
    void checkEmpty(Cpu cpu, SlubSlab slab) {
        if (flags.has(SlabFlags.CONSISTENCY_CHECKS)) {
            checkPadding(cpu, slab);
            for (int index = 0; index < slab.objects(); index++) {
                checkObject(cpu, slab, slab.addressOf(index), ObjectDebug.RED_INACTIVE);
            }
        }
    }

    /// Looks at the bytes of an object's slot.
    ///
    /// @param red of the state that the object is in
    /// @return false after the report of damage that makes the object unusable
    private boolean checkObject(Cpu cpu, SlubSlab slab, long object, int red) {
        SlubGeometry geometry = cache.geometry().slub();
        int objectSize = geometry.objectSize();
        int gap = geometry.inuse() - objectSize;
        if (flags.has(SlabFlags.RED_ZONE)) {
            int pad = geometry.redLeftPad();
            if (!isIntact(cpu, slab, object, Zone.LEFT_REDZONE, object - pad, pad, red)
                    || !isIntact(cpu, slab, object, Zone.RIGHT_REDZONE, object + objectSize, gap,
                            red)) {
                return false;
            }
            int guarded = red == ObjectDebug.RED_ACTIVE ? debug.guardedBytes(object) : 0;
            if (!isIntact(cpu, slab, object, Zone.KMALLOC_REDZONE, object + objectSize - guarded,
                    guarded, red)) {
                return false;
            }
        } else if (flags.has(SlabFlags.POISON)) {
            isIntact(cpu, slab, object, Zone.ALIGNMENT_PADDING, object + objectSize, gap,
                    ObjectDebug.POISON_INUSE);
        }
        boolean free = red == ObjectDebug.RED_INACTIVE;
        if (free && flags.has(SlabFlags.OBJECT_POISON)
                && (!isIntact(cpu, slab, object, Zone.POISON, object, objectSize - 1,
                        ObjectDebug.POISON_FREE)
                        || !isIntact(cpu, slab, object, Zone.END_POISON, object + objectSize - 1,
                                1, ObjectDebug.POISON_END))) {
            return false;
        }
        if (flags.has(SlabFlags.POISON)) {
            int padding = debug.paddingOffset();
            isIntact(cpu, slab, object, Zone.OBJECT_PADDING, object + padding,
                    debug.slotEnd() - padding, ObjectDebug.POISON_INUSE);
        }
        boolean hasLink = free || geometry.offset() >= geometry.inuse();
        return !hasLink || checkLink(cpu, slab, object);
    }

    private boolean checkLink(Cpu cpu, SlubSlab slab, long object) {
        long link = links.next(object);
        if (link == 0 || slab.isObjectHere(link)) {
            return true;
        }
        reports.object(cpu, slab, object, true, "Freepointer corrupt",
                new SlabBug.CorruptFreePointer(cache.name(), object, link));
        // The rest of the list is lost: nothing tells where it was.
        links.set(object, 0);
        return false;
    }

    private boolean isIntact(Cpu cpu, SlubSlab slab, long object, Zone zone, long from, int bytes,
            int value) {
        long to = from + bytes;
        long first = debug.firstOther(from, to, value);
        if (first == to) {
            return true;
        }
        SlabBug.Overwritten bug = overwritten(zone, object, first, to, value);
        reports.overwritten(cpu, slab, bug);
        restore(bug);
        return false;
    }

    private SlabBug.Overwritten overwritten(Zone zone, long object, long first, long to,
            int value) {
        return new SlabBug.Overwritten(cache.name(), zone, object, first,
                debug.lastOther(first, to, value), memory.getByte(first) & 0xff, value);
    }

    private void restore(SlabBug.Overwritten bug) {
        reports.fix("Restoring %s 0x%016x-0x%016x=0x%x".formatted(bug.zone().label(), bug.first(),
                bug.last(), bug.expected()));
        memory.fill(bug.first(), bug.last() - bug.first() + 1, (byte) bug.expected());
    }

    /// Looks at what is left of a slab behind its last slot, and repairs it.
    void checkPadding(Cpu cpu, SlubSlab slab) {
        int remainder = slab.blockBytes() % cache.geometry().size();
        if (!flags.has(SlabFlags.POISON) || remainder == 0) {
            return;
        }
        long end = memory.addressOf(slab.pfn) + slab.blockBytes();
        long first = debug.firstOther(end - remainder, end, ObjectDebug.POISON_INUSE);
        if (first < end) {
            SlabBug.Overwritten bug = overwritten(Zone.SLAB_PADDING, 0, first, end,
                    ObjectDebug.POISON_INUSE);
            reports.slabPadding(cpu, slab, bug, end - remainder, remainder);
            restore(bug);
        }
    }

    /// Walks the free list of a slab and corrects the slab if the walk does not come out right.
    ///
    /// @param search an object to look for, 0 to walk to the end
    /// @return whether the object was found; without one, whether there still is a list
    private boolean isOnFreelist(Cpu cpu, SlubSlab slab, long search) {
        long object = 0;
        long next = slab.headAddress();
        int count = 0;
        while (next != 0 && count <= slab.objects()) {
            if (next == search) {
                return true;
            }
            if (!slab.isObjectHere(next)) {
                SlabBug bug = new SlabBug.CorruptFreePointer(cache.name(), object, next);
                if (object == 0) {
                    reports.slab(cpu, slab, "Freepointer corrupt", bug);
                    loseFreeObjects(slab);
                    reports.fix("Freelist cleared");
                    return false;
                }
                reports.object(cpu, slab, object, true, "Freechain corrupt", bug);
                links.set(object, 0);
                break;
            }
            object = next;
            next = links.next(object);
            count++;
        }
        int inuse = slab.objects() - count;
        if (slab.inuse() != inuse) {
            reports.slab(cpu, slab,
                    "Wrong object count. Counter is %d but counted were %d".formatted(slab.inuse(),
                            inuse),
                    new SlabBug.WrongObjectCount(cache.name(), memory.addressOf(slab.pfn),
                            slab.inuse(), inuse));
            // Differs from Linux: a list that bites its tail does not wrap the counter.
            slab.setUnfrozen(slab.headAddress(), Math.max(inuse, 0));
            slab.markFree(links.walk(slab, slab.headAddress()));
            reports.fix("Object count adjusted");
        }
        return search == 0;
    }

    /// Takes the free objects of a slab out of use, for nothing about them can be trusted.
    void loseFreeObjects(SlubSlab slab) {
        slab.set(0, slab.objects(), false);
        slab.markFree(List.of());
    }
}
