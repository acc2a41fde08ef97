package org.kmemlab.slab;

import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelLog;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.machine.StackDump;
import org.kmemlab.machine.Taint;
import org.kmemlab.slab.SlabBug.Zone;

/// What the classic allocator SLAB writes into and around objects to notice damage, with
/// `CONFIG_DEBUG_SLAB`; and the constructors, which it runs at other times then.
///
/// | bytes | where |
/// | --- | --- |
/// | [#RED_INACTIVE], [#RED_ACTIVE] | a word in front of and one behind a free, an allocated object |
/// | [ObjectDebug#POISON_FREE], [ObjectDebug#POISON_INUSE] | in a free, in a newly allocated object |
/// | a number | in the last word of a slot, for the code that allocated or freed the object last |
///
/// Damage is reported when the object is allocated or freed, and when its slab dies. It is not
/// repaired, and what comes back damaged is taken back.
final class ClassicDebug {

    static final long RED_INACTIVE = 0x09f9_1102_9d74_e35bL;
    static final long RED_ACTIVE = 0xd841_56c5_6356_88c0L;

    private final SlabCache cache;
    private final ClassicGeometry geometry;
    private final PhysicalMemory memory;
    private final KernelLog log;
    private final boolean guards;
    private final boolean poisons;
    private final boolean remembers;

    ClassicDebug(SlabCache cache) {
        this.cache = cache;
        this.geometry = cache.geometry().classic();
        this.memory = cache.memory();
        this.log = cache.allocator().machine().log();
        this.guards = geometry.flags().has(SlabFlags.RED_ZONE);
        this.poisons = geometry.flags().has(SlabFlags.POISON);
        this.remembers = geometry.flags().has(SlabFlags.STORE_USER);
    }

    /// Whether objects must pass here.
    boolean isOn() {
        return geometry.isDebug();
    }

    /// Prepares an object of a new slab.
    void paint(Cpu cpu, long object) {
        setUser(object, 0);
        setRedZones(object, RED_INACTIVE);
        if (!poisons) {
            construct(object);
            checkRedZones(cpu, object, RED_INACTIVE, "cache_init_objs_debug",
                    "constructor overwrote the surroundings of an object");
        } else {
            poison(object, ObjectDebug.POISON_FREE);
        }
    }

    private void construct(long object) {
        ObjectConstructor ctor = cache.ctor();
        if (ctor != null) {
            ctor.construct(memory, object);
        }
    }

    /// Looks at an object that is handed out, and makes it one in use.
    void allocated(Cpu cpu, long object) {
        if (poisons) {
            checkPoison(cpu, object);
            poison(object, ObjectDebug.POISON_INUSE);
        }
        setUser(object, caller());
        checkRedZones(cpu, object, RED_INACTIVE, "cache_alloc_debugcheck_after",
                "double free, or memory outside object was overwritten");
        setRedZones(object, RED_ACTIVE);
        if (poisons) {
            construct(object);
        }
    }

    /// Looks at an object that comes back, and makes it a free one.
    void freed(Cpu cpu, long object) {
        boolean twice = guards && leftRedZone(object) == RED_INACTIVE
                && rightRedZone(object) == RED_INACTIVE;
        if (twice) {
            report(cpu, object, new SlabBug.DoubleFree(cache.name(), object), "verify_redzone_free",
                    "double free detected");
        } else {
            checkRedZones(cpu, object, RED_ACTIVE, "verify_redzone_free",
                    "memory outside object was overwritten");
        }
        setRedZones(object, RED_INACTIVE);
        setUser(object, caller());
        if (poisons) {
            poison(object, ObjectDebug.POISON_FREE);
        }
    }

    /// Poisons an object again that held the slab's stack of indices.
    ///
    /// @param host the object, 0 for none
    void restorePoison(long host) {
        if (poisons && host != 0) {
            poison(host, ObjectDebug.POISON_FREE);
        }
    }

    /// Looks at all objects of a slab without active ones before its pages are released.
    void checkDying(Cpu cpu, ClassicSlab slab) {
        if (!isOn()) {
            return;
        }
        for (int index = 0; index < slab.capacity(); index++) {
            long object = slab.addressOf(index);
            boolean isHost = object == slab.freelist();
            if (poisons && !isHost) {
                checkPoison(cpu, object);
            }
            checkRedZones(cpu, object, RED_INACTIVE, "slab_destroy_debugcheck",
                    "surroundings of a freed object were overwritten");
        }
    }

    private long caller() {
        CallSites sites = cache.allocator().callSites();
        return remembers ? sites.address(CallSites.caller()) : 0;
    }

    private void poison(long object, int value) {
        int size = geometry.objectSize();
        memory.fill(object, size - 1, (byte) value);
        memory.putByte(object + size - 1, (byte) ObjectDebug.POISON_END);
    }

    private void checkPoison(Cpu cpu, long object) {
        int size = geometry.objectSize();
        for (int i = 0; i < size; i++) {
            int expected = i == size - 1 ? ObjectDebug.POISON_END : ObjectDebug.POISON_FREE;
            int found = memory.getByte(object + i) & 0xff;
            if (found != expected) {
                reportPoison(cpu, object, i, found, expected);
                return;
            }
        }
    }

    private void reportPoison(Cpu cpu, long object, int at, int found, int expected) {
        Zone zone = expected == ObjectDebug.POISON_END ? Zone.END_POISON : Zone.POISON;
        SlabBug bug = new SlabBug.Overwritten(cache.name(), zone, object, object + at, object + at,
                found, expected);
        if (!cache.allocator().findings().add(bug)) {
            return;
        }
        log.print("Slab corruption (%s): %s start=%x, len=%d".formatted(
                cache.allocator().machine().taints().text(), cache.name(), object,
                geometry.objectSize()));
        printUser(object);
        int row = at & -HexDump.ROW_BYTES;
        HexDump.lines(memory, "%03x: ".formatted(row), object + row,
                Math.min(HexDump.ROW_BYTES, geometry.objectSize() - row)).forEach(log::print);
        finish(cpu);
    }

    private void printUser(long object) {
        if (guards) {
            log.print("Redzone: 0x%x/0x%x".formatted(leftRedZone(object), rightRedZone(object)));
        }
        if (remembers) {
            log.print("Last user: (" + cache.allocator().callSites()
                    .symbol(memory.getLong(userWord(object))) + ")");
        }
    }

    private void checkRedZones(Cpu cpu, long object, long expected, String function,
            String message) {
        if (!guards || (leftRedZone(object) == expected && rightRedZone(object) == expected)) {
            return;
        }
        boolean left = leftRedZone(object) != expected;
        long zone = left ? object - ObjectLayout.WORD : rightRedZoneAddress(object);
        int first = 0;
        while ((memory.getByte(zone + first) & 0xff) == byteOf(expected, first)) {
            first++;
        }
        report(cpu, object,
                new SlabBug.Overwritten(cache.name(),
                        left ? Zone.LEFT_REDZONE : Zone.RIGHT_REDZONE, object, zone + first,
                        zone + ObjectLayout.WORD - 1, memory.getByte(zone + first) & 0xff,
                        byteOf(expected, first)),
                function, message);
    }

    private static int byteOf(long word, int index) {
        return (int) (word >>> (Byte.SIZE * index)) & 0xff;
    }

    private void report(Cpu cpu, long object, SlabBug bug, String function, String message) {
        if (!cache.allocator().findings().add(bug)) {
            return;
        }
        log.print("slab error in %s(): cache `%s': %s".formatted(function, cache.name(), message));
        finish(cpu);
        log.print("%x: redzone 1:0x%x, redzone 2:0x%x".formatted(object - geometry.objectOffset(),
                leftRedZone(object), rightRedZone(object)));
    }

    private void finish(Cpu cpu) {
        StackDump.print(cache.allocator().machine(), cpu);
        cache.allocator().machine().taints().add(Taint.BAD_PAGE);
    }

    private void setRedZones(long object, long value) {
        if (guards) {
            memory.putLong(object - ObjectLayout.WORD, value);
            memory.putLong(rightRedZoneAddress(object), value);
        }
    }

    private long leftRedZone(long object) {
        return memory.getLong(object - ObjectLayout.WORD);
    }

    private long rightRedZone(long object) {
        return memory.getLong(rightRedZoneAddress(object));
    }

    private long slotEnd(long object) {
        return object - geometry.objectOffset() + geometry.size();
    }

    private long rightRedZoneAddress(long object) {
        return slotEnd(object) - (remembers ? 2L : 1L) * ObjectLayout.WORD;
    }

    private long userWord(long object) {
        return slotEnd(object) - ObjectLayout.WORD;
    }

    private void setUser(long object, long value) {
        if (remembers) {
            memory.putLong(userWord(object), value);
        }
    }
}
