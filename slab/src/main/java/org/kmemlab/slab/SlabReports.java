package org.kmemlab.slab;

import java.util.List;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelLog;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.StackDump;
import org.kmemlab.slab.SlubSnapshot.NodeView;

/// What the slab layer prints into the kernel log about requests that it cannot serve as asked;
/// damage is the matter of [BugReports].
final class SlabReports {

    private static final String OUT_OF_MEMORY = "slab_out_of_memory: %d callbacks suppressed";
    private static final int OUT_OF_MEMORY_BURST = 10;
    private static final int OUT_OF_MEMORY_SECONDS = 5;

    private final Machine machine;
    private final KernelLog log;

    SlabReports(Machine machine) {
        this.machine = machine;
        this.log = machine.log();
    }

    /// Prints `text` and who called.
    void printWithStack(Cpu cpu, String text) {
        log.print(text);
        StackDump.print(machine, cpu);
    }

    /// A warning block.
    void warn(Cpu cpu, String text) {
        StackDump.warn(machine, cpu, text, CallSites.caller());
    }

    /// A warning block, once in the life of the machine for each `key`.
    void warnOnce(String key, Cpu cpu, String text) {
        if (machine.reportLimits().isFirst(key)) {
            warn(cpu, text);
        }
    }

    /// No pages for a new slab of the classic allocator, which says so only with DEBUG_SLAB.
    void classicOutOfMemory(SlabCache cache, int node, GfpFlags gfp) {
        if (!cache.allocator().settings().classic().debug() || isSilent(gfp)) {
            return;
        }
        log.print("SLAB: Unable to allocate memory on node %d, gfp=0x%x(%s)".formatted(node,
                gfp.bits(), gfp));
        log.print("  cache: %s, object size: %d, order: %d".formatted(cache.name(),
                cache.geometry().size(), cache.geometry().order()));
        ClassicSnapshot snapshot = cache.engine().snapshot().classic();
        int perSlab = cache.geometry().objects();
        for (int id = 0; id < snapshot.nodes().size(); id++) {
            ClassicSnapshot.NodeView view = snapshot.nodes().get(id);
            long objects = view.slabs() * perSlab;
            log.print("  node %d: slabs: %d/%d, objs: %d/%d".formatted(id,
                    view.slabs() - view.free().size(), view.slabs(),
                    objects - view.freeObjects(), objects));
        }
    }

    private boolean isSilent(GfpFlags gfp) {
        return gfp.has(GfpFlags.NOWARN) || !machine.reportLimits()
                .allows(OUT_OF_MEMORY, OUT_OF_MEMORY_SECONDS, OUT_OF_MEMORY_BURST);
    }

    /// No pages for a new slab; printed ten times in five seconds at most.
    void outOfMemory(SlabCache cache, int node, GfpFlags gfp) {
        if (isSilent(gfp)) {
            return;
        }
        SlubGeometry geometry = cache.geometry().slub();
        log.print("SLUB: Unable to allocate memory on node %d, gfp=0x%x(%s)".formatted(node,
                gfp.bits(), gfp));
        log.print("  cache: %s, object size: %d, buffer size: %d, default order: %d, min order: %d"
                .formatted(cache.name(), geometry.objectSize(), geometry.size(), geometry.order(),
                        geometry.minOrder()));
        if (geometry.minOrder() > SlabOrder.orderFor(geometry.objectSize())) {
            log.print("  " + cache.name()
                    + " debugging increased min order, use slub_debug=O to disable.");
        }
        List<NodeView> nodes = cache.engine().snapshot().slub().nodes();
        for (int id = 0; id < nodes.size(); id++) {
            NodeView view = nodes.get(id);
            log.print("  node %d: slabs: %d, objs: %d, free: %d".formatted(id, view.slabs(),
                    view.objects(), view.freeObjects()));
        }
    }
}
