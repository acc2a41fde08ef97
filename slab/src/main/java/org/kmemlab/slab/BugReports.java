package org.kmemlab.slab;

import static org.kmemlab.machine.PhysicalMemory.PAGE_SIZE;

import java.util.List;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.buddy.MemMap;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelLog;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.machine.StackDump;
import org.kmemlab.machine.Taint;

/// What the kernel prints about damage in one cache.
///
/// ```text
///   ===== BUG <cache> (<taint>): <reason> -----     banner
///   0x<first>-0x<last> @offset=...                  where bytes are wrong
///   Allocated in ... / Freed in ...                 tracks
///   Slab 0x... / Object 0x...                       places
///   Redzone / Object / Padding <address>: ...       bytes
///   CPU: ... Call Trace: ...                        stack
///   FIX <cache>: ...                                what was done about it
/// ```
final class BugReports {

    private static final String DOUBLE_RULE = StringUtils.repeat('=', 77);
    private static final String RULE = StringUtils.repeat('-', 77);
    /// Bytes in front of an object without red zone that are shown.
    private static final int BYTES_BEFORE = 16;

    private final SlabCache cache;
    private final Machine machine;
    private final PhysicalMemory memory;
    private final KernelLog log;
    private final FreeLinks links;
    private final ObjectDebug debug;
    private final ObjectTracks tracks;
    private final Findings findings;

    BugReports(SlabCache cache, FreeLinks links, ObjectDebug debug, ObjectTracks tracks) {
        this.cache = cache;
        this.machine = cache.allocator().machine();
        this.memory = machine.memory();
        this.log = machine.log();
        this.links = links;
        this.debug = debug;
        this.tracks = tracks;
        this.findings = cache.allocator().findings();
    }

    /// Bytes of an object's slot are not what they must be.
    void overwritten(Cpu cpu, SlubSlab slab, SlabBug.Overwritten bug) {
        if (findings.add(bug)) {
            banner(bug.zone().label() + " overwritten");
            log.print("0x%016x-0x%016x @offset=%d. First byte 0x%x instead of 0x%x".formatted(
                    bug.first(), bug.last(), bug.first() - startOf(slab), bug.found(),
                    bug.expected()));
            trailer(cpu, slab, bug.object());
        }
    }

    /// The remainder of a slab behind its last slot is not what it must be.
    ///
    /// @param from the first byte of the remainder
    void slabPadding(Cpu cpu, SlubSlab slab, SlabBug.Overwritten bug, long from, int bytes) {
        if (findings.add(bug)) {
            print(cpu, slab, "Padding overwritten. 0x%016x-0x%016x @offset=%d".formatted(
                    bug.first(), bug.last(), bug.first() - startOf(slab)));
            dump("Padding ", from, bytes);
        }
    }

    /// Something about an object is wrong.
    ///
    /// @param isObject whether there is an object to show
    void object(Cpu cpu, SlubSlab slab, long object, boolean isObject, String reason, SlabBug bug) {
        if (!findings.add(bug)) {
            return;
        }
        banner(reason);
        if (isObject) {
            trailer(cpu, slab, object);
        } else {
            log.print(describe(slab));
            log.print("Invalid pointer 0x%016x".formatted(object));
            machine.taints().add(Taint.BAD_PAGE);
        }
    }

    /// Something about a slab is wrong.
    ///
    /// @return whether it was printed
    boolean slab(Cpu cpu, SlubSlab slab, String reason, SlabBug bug) {
        boolean prints = findings.add(bug);
        if (prints) {
            print(cpu, slab, reason);
        }
        return prints;
    }

    private void print(Cpu cpu, SlubSlab slab, String reason) {
        banner(reason);
        log.print(describe(slab));
        finish(cpu);
    }

    /// What was done about it.
    void fix(String done) {
        if (findings.prints()) {
            log.print("FIX " + cache.name() + ": " + done);
        }
    }

    /// More or fewer slabs were found than were counted.
    void slabCount(long counted, long counter, SlabBug bug) {
        if (findings.add(bug)) {
            log.print("SLUB: %s %d slabs counted but counter=%d".formatted(cache.name(), counted,
                    counter));
        }
    }

    /// A slab still has objects in use while the cache is destroyed.
    void remaining(Cpu cpu, SlubSlab slab) {
        boolean isFinal = cache.allocator().settings().rules().destroyIsFinal();
        List<Integer> free = links.walk(slab, slab.headAddress());
        boolean prints = slab(cpu, slab,
                "Objects remaining " + (isFinal ? "" : "in " + cache.name() + " ")
                        + "on __kmem_cache_shutdown()",
                new SlabBug.ObjectsRemaining(cache.name(), startOf(slab),
                        slab.objects() - free.size()));
        boolean[] isFree = new boolean[slab.objects()];
        free.forEach(index -> isFree[index] = true);
        for (int index = 0; index < slab.objects(); index++) {
            // Counting errors, each object left is one.
            if (!isFree[index] && (prints || cache.allocator().findings().prints())) {
                long object = slab.addressOf(index);
                log.print("Object 0x%016x @offset=%d".formatted(object, object - startOf(slab)));
                printTracks(object);
            }
        }
    }

    /// An object is allocated or freed in a cache that tells of it.
    void trace(Cpu cpu, SlubSlab slab, long object, boolean allocates) {
        log.print("TRACE %s %s 0x%016x inuse=%d fp=0x%016x".formatted(cache.name(),
                allocates ? "alloc" : "free", object, slab.inuse(), slab.headAddress()));
        if (!allocates) {
            dump("Object ", object, cache.geometry().objectSize());
        }
        StackDump.print(machine, cpu);
    }

    /// Who allocated and who freed an object last.
    void printTracks(long object) {
        tracks.lines(object).forEach(log::print);
    }

    private void banner(String reason) {
        log.print(DOUBLE_RULE);
        log.print("BUG " + cache.name() + " (" + machine.taints().text() + "): " + reason + "\n");
        log.print(RULE + "\n\n");
    }

    private void trailer(Cpu cpu, SlubSlab slab, long object) {
        SlubGeometry geometry = cache.geometry().slub();
        boolean redZone = geometry.flags().has(SlabFlags.RED_ZONE);
        printTracks(object);
        log.print(describe(slab));
        log.print("Object 0x%016x @offset=%d fp=0x%016x\n\n".formatted(object,
                object - startOf(slab), links.next(object)));
        if (redZone) {
            dump("Redzone  ", object - geometry.redLeftPad(), geometry.redLeftPad());
        } else if (object > startOf(slab) + BYTES_BEFORE) {
            dump("Bytes b4 ", object - BYTES_BEFORE, BYTES_BEFORE);
        }
        dump("Object   ", object, Math.min(geometry.objectSize(), PAGE_SIZE));
        if (redZone) {
            dump("Redzone  ", object + geometry.objectSize(),
                    geometry.inuse() - geometry.objectSize());
        }
        int padding = debug.paddingOffset();
        dump("Padding  ", object + padding, debug.slotEnd() - padding);
        finish(cpu);
    }

    private void finish(Cpu cpu) {
        StackDump.print(machine, cpu);
        machine.taints().add(Taint.BAD_PAGE);
    }

    private void dump(String name, long from, int length) {
        HexDump.lines(memory, name, from, length).forEach(log::print);
    }

    private String describe(SlubSlab slab) {
        return "Slab 0x%016x objects=%d used=%d fp=0x%016x flags=%s".formatted(
                MemMap.descriptorAddress(slab.pfn), slab.objects(), slab.inuse(),
                slab.headAddress(), cache.allocator().pages().memMap()
                        .slabFlags(machine.profile(), slab.pfn, slab.order));
    }

    private long startOf(SlubSlab slab) {
        return memory.addressOf(slab.pfn);
    }
}
