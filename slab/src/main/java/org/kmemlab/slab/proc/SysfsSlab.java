package org.kmemlab.slab.proc;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

import org.kmemlab.slab.SheafStat;
import org.kmemlab.slab.SheafView;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlubGeometry;
import org.kmemlab.slab.SlubSnapshot;
import org.kmemlab.slab.SlubSnapshot.CpuView;
import org.kmemlab.slab.SlubSnapshot.NodeView;
import org.kmemlab.slab.SlubSnapshot.SlabView;
import org.kmemlab.slab.SlubStat;
import org.kmemlab.slab.SysfsCache;

/// The files of a directory in `/sys/kernel/slab`.
///
/// The kernel has `failslab` and the files of [SlubStat] and [SheafStat] only if it was built with
/// fault injection and with counters; here they are always there. Files about sheaves exist only on
/// kernels that have sheaves.
public final class SysfsSlab {

    private SysfsSlab() {
    }

    /// The content of each file that can be read, without the newline at its end.
    public static Map<String, String> attributes(SysfsCache cache) {
        Map<String, String> files = new LinkedHashMap<>();
        shape(files, cache);
        flags(files, cache.snapshot().geometry().flags());
        counts(files, cache);
        for (SlubStat stat : SlubStat.values()) {
            files.put(stat.fileName(), stat(cache.snapshot().cpus(), stat));
        }
        SheafView sheaves = cache.snapshot().sheaves();
        if (sheaves != null) {
            sheaves(files, sheaves);
        }
        return files;
    }

    private static void sheaves(Map<String, String> files, SheafView sheaves) {
        files.put("sheaf_capacity", String.valueOf(sheaves.capacity()));
        for (SheafStat stat : SheafStat.values()) {
            files.put(stat.fileName(), perUnit(" C",
                    sheaves.cpus().stream().map(cpu -> cpu.counters().get(stat.ordinal()))
                            .toList()));
        }
    }

    private static void shape(Map<String, String> files, SysfsCache cache) {
        SlubGeometry geometry = cache.snapshot().geometry();
        files.put("object_size", String.valueOf(geometry.objectSize()));
        files.put("slab_size", String.valueOf(geometry.size()));
        files.put("objs_per_slab", String.valueOf(geometry.objects()));
        files.put("order", String.valueOf(geometry.order()));
        files.put("align", String.valueOf(geometry.align()));
        files.put("min_partial", Long.toUnsignedString(cache.limits().minPartial()));
        files.put("cpu_partial", String.valueOf(cache.limits().cpuPartial()));
        files.put("aliases", String.valueOf(Math.max(0, cache.snapshot().refcount() - 1)));
        files.put("ctor", cache.ctor());
        files.put("usersize", String.valueOf(cache.usersize()));
        files.put("remote_node_defrag_ratio",
                String.valueOf(cache.limits().remoteNodeDefragRatio()));
    }

    private static void flags(Map<String, String> files, SlabFlags flags) {
        files.put("hwcache_align", bit(flags, SlabFlags.HWCACHE_ALIGN));
        files.put("reclaim_account", bit(flags, SlabFlags.RECLAIM_ACCOUNT));
        files.put("destroy_by_rcu", bit(flags, SlabFlags.TYPESAFE_BY_RCU));
        files.put("cache_dma", bit(flags, SlabFlags.CACHE_DMA));
        files.put("sanity_checks", bit(flags, SlabFlags.CONSISTENCY_CHECKS));
        files.put("trace", bit(flags, SlabFlags.TRACE));
        files.put("red_zone", bit(flags, SlabFlags.RED_ZONE));
        files.put("poison", bit(flags, SlabFlags.POISON));
        files.put("store_user", bit(flags, SlabFlags.STORE_USER));
        files.put("failslab", bit(flags, SlabFlags.FAILSLAB));
    }

    private static String bit(SlabFlags flags, SlabFlags flag) {
        return flags.has(flag) ? "1" : "0";
    }

    private static void counts(Map<String, String> files, SysfsCache cache) {
        SlubSnapshot snapshot = cache.snapshot();
        List<NodeView> nodes = snapshot.nodes();
        files.put("slabs", perNode(nodes, NodeView::slabs));
        files.put("total_objects", perNode(nodes, NodeView::objects));
        files.put("objects", perNode(nodes, node -> node.objects() - node.freeObjects()));
        files.put("partial", perNode(nodes, node -> node.partial().size()));
        files.put("objects_partial", perNode(nodes,
                node -> node.partial().stream().mapToLong(SlabView::inuse).sum()));
        files.put("cpu_slabs", perUnit(" N", cache.cpuSlabs()));
        files.put("slabs_cpu_partial", cpuPartials(snapshot));
    }

    private static String perNode(List<NodeView> nodes, ToLongFunction<NodeView> value) {
        return perUnit(" N", nodes.stream().map(value::applyAsLong).toList());
    }

    private static String stat(List<CpuView> cpus, SlubStat stat) {
        return perUnit(" C", cpus.stream().map(cpu -> cpu.counters().get(stat.ordinal())).toList());
    }

    /// The sum, then every part that is not 0.
    private static String perUnit(String label, List<Long> parts) {
        StringBuilder text = new StringBuilder();
        text.append(parts.stream().mapToLong(Long::longValue).sum());
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i) != 0) {
                text.append(label).append(i).append('=').append(parts.get(i));
            }
        }
        return text.toString();
    }

    /// Objects (slabs) on the CPUs' stacks; the slabs are taken for half full.
    private static String cpuPartials(SlubSnapshot snapshot) {
        int objects = snapshot.geometry().objects();
        int all = snapshot.cpus().stream().mapToInt(cpu -> cpu.partial().size()).sum();
        StringBuilder text = new StringBuilder(half(all, objects));
        for (int i = 0; i < snapshot.cpus().size(); i++) {
            int slabs = snapshot.cpus().get(i).partial().size();
            if (slabs > 0) {
                text.append(" C").append(i).append('=').append(half(slabs, objects));
            }
        }
        return text.toString();
    }

    private static String half(int slabs, int objects) {
        return String.format(Locale.ROOT, "%d(%d)", slabs * objects / 2, slabs);
    }
}
