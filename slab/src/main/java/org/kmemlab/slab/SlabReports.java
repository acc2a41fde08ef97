package org.kmemlab.slab;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelLog;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.Task;
import org.kmemlab.slab.CacheSnapshot.NodeView;

/// What the slab layer prints into the kernel log when something is wrong.
final class SlabReports {

    private static final String DOUBLE_RULE = StringUtils.repeat('=', 77);
    private static final String RULE = StringUtils.repeat('-', 77);
    /// Where the x86-64 kernel keeps `struct page` of frame 0, and how large one is.
    private static final long PAGE_STRUCTS = 0xffff_ea00_0000_0000L;
    private static final int PAGE_STRUCT_SIZE = 64;
    private static final int OUT_OF_MEMORY_BURST = 10;
    private static final int OUT_OF_MEMORY_SECONDS = 5;

    private final Machine machine;
    private final KernelLog log;
    private final Set<String> warned = new HashSet<>();
    private boolean foundBug;
    private boolean warnedOnce;
    private long burstStartJiffies = Long.MIN_VALUE;
    private int burst;

    SlabReports(Machine machine) {
        this.machine = machine;
        this.log = machine.log();
    }

    /// The frame that called into the allocator.
    static String caller() {
        return CallTrace.caller();
    }

    /// Prints `text` and who called.
    void printWithStack(Cpu cpu, String text) {
        log.print(text);
        printStack(cpu);
    }

    /// A warning block.
    void warn(Cpu cpu, String text) {
        log.print("------------[ cut here ]------------\n" + text);
        warnedOnce = true;
        log.print("WARNING: CPU: " + cpu.id() + " " + who(cpu) + " at " + caller());
        printStack(cpu);
        log.print("---[ end trace 0000000000000000 ]---");
    }

    /// A warning block, once in the life of the machine for each `key`.
    void warnOnce(String key, Cpu cpu, String text) {
        if (warned.add(key)) {
            warn(cpu, text);
        }
    }

    /// A slab still has objects in use while its cache is destroyed.
    void remaining(Cpu cpu, Slab slab, FreeLinks links) {
        String cache = slab.cache.name();
        banner(cache, "Objects remaining in " + cache + " on __kmem_cache_shutdown()");
        log.print(describe(slab));
        printStack(cpu);
        foundBug = true;
        Set<Integer> free = new HashSet<>(links.walk(slab, slab.headAddress()));
        long first = machine.memory().addressOf(slab.pfn);
        for (int index = 0; index < slab.objects(); index++) {
            if (!free.contains(index)) {
                long object = slab.addressOf(index);
                log.print("Object 0x%016x @offset=%d".formatted(object, object - first));
            }
        }
    }

    private void banner(String cache, String reason) {
        log.print(DOUBLE_RULE);
        log.print("BUG " + cache + " (" + taint() + "): " + reason);
        log.print(RULE + "\n\n");
    }

    private static String describe(Slab slab) {
        return "Slab 0x%016x objects=%d used=%d fp=0x%016x flags=0x200(slab%s)".formatted(
                PAGE_STRUCTS + (long) slab.pfn * PAGE_STRUCT_SIZE, slab.objects(), slab.inuse(),
                slab.headAddress(), slab.order > 0 ? "|head" : "");
    }

    private String taint() {
        if (!foundBug && !warnedOnce) {
            return "Not tainted";
        }
        return "Tainted: G    " + (foundBug ? 'B' : ' ') + "   " + (warnedOnce ? 'W' : ' ')
                + StringUtils.repeat(' ', 9);
    }

    private void printStack(Cpu cpu) {
        log.print("CPU: " + cpu.id() + " " + who(cpu) + " " + taint() + " "
                + machine.profile().version().release() + "\nCall Trace:\n <TASK>");
        CallTrace.frames().forEach(frame -> log.print(" " + frame));
        log.print(" </TASK>");
    }

    private static String who(Cpu cpu) {
        Task task = cpu.task();
        return task == null ? "PID: 0 Comm: interrupt"
                : "PID: " + task.pid() + " Comm: " + task.comm();
    }

    /// No pages for a new slab; printed ten times in five seconds at most.
    void outOfMemory(SlabCache cache, int node, GfpFlags gfp) {
        if (gfp.has(GfpFlags.NOWARN) || !mayPrintOutOfMemory()) {
            return;
        }
        SlabGeometry geometry = cache.geometry();
        log.print("SLUB: Unable to allocate memory on node %d, gfp=0x%x(%s)".formatted(node,
                gfp.bits(), gfp));
        log.print("  cache: %s, object size: %d, buffer size: %d, default order: %d, min order: %d"
                .formatted(cache.name(), geometry.objectSize(), geometry.size(), geometry.order(),
                        geometry.minOrder()));
        if (geometry.minOrder() > SlabOrder.orderFor(geometry.objectSize())) {
            log.print("  " + cache.name()
                    + " debugging increased min order, use slub_debug=O to disable.");
        }
        List<NodeView> nodes = cache.engine().snapshot().nodes();
        for (int id = 0; id < nodes.size(); id++) {
            NodeView view = nodes.get(id);
            log.print("  node %d: slabs: %d, objs: %d, free: %d".formatted(id, view.slabs(),
                    view.objects(), view.freeObjects()));
        }
    }

    private boolean mayPrintOutOfMemory() {
        long now = machine.clock().jiffies();
        if (now - burstStartJiffies > (long) OUT_OF_MEMORY_SECONDS * machine.clock().hz()
                || burst == 0) {
            burstStartJiffies = now;
            burst = 0;
        }
        return burst++ < OUT_OF_MEMORY_BURST;
    }
}
