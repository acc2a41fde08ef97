package org.kmemlab.lab.steps;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;

import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.SlabFlagWords;
import org.kmemlab.slab.SlabGeometry;
import org.kmemlab.slab.SlubGeometry;
import org.kmemlab.slab.SlubSnapshot;
import org.kmemlab.slab.SlubSnapshot.CpuView;
import org.kmemlab.slab.SlubSnapshot.NodeView;
import org.kmemlab.slab.SlubSnapshot.SlabView;

/// Writes the state of a cache of SLUB; see [CacheText].
final class SlubCacheText extends CacheText {

    /// Length that a log prints for a free list that its recorder could not follow.
    private static final int UNKNOWN = -1;

    private final boolean hidesFreelists;

    /// @param hidesFreelists whether the recorded kernel stored its free pointers obfuscated
    SlubCacheText(boolean hidesFreelists) {
        this.hidesFreelists = hidesFreelists;
    }

    /// One line: `cpu0[...] cpartial0[...] node0[...]`.
    @Override
    public String line(CacheSnapshot snapshot) {
        SlubSnapshot cache = snapshot.slub();
        StringJoiner words = new StringJoiner(" ");
        for (int i = 0; i < cache.cpus().size(); i++) {
            CpuView cpu = cache.cpus().get(i);
            words.add("cpu" + i + "[" + current(cpu) + "]");
            words.add("cpartial" + i + "[" + stack(cpu.partial()) + "]");
        }
        for (int i = 0; i < cache.nodes().size(); i++) {
            NodeView node = cache.nodes().get(i);
            words.add("node" + i + "[nr_partial=" + node.partial().size() + " nr_slabs="
                    + node.slabs() + " tot=" + node.objects() + ":"
                    + node.partial().stream().map(slab -> " " + brief(slab))
                            .collect(Collectors.joining())
                    + "]");
        }
        return words.toString();
    }

    private String current(CpuView cpu) {
        SlabView slab = cpu.slab();
        int length = hidesFreelists ? UNKNOWN : cpu.freelist().size();
        return slab == null ? "" : brief(slab) + ":cfl" + length;
    }

    private static String stack(List<SlabView> partial) {
        StringJoiner words = new StringJoiner(" ");
        for (int i = 0; i < partial.size(); i++) {
            words.add(brief(partial.get(i)) + ":left" + (partial.size() - i));
        }
        return words.toString();
    }

    private static String brief(SlabView slab) {
        return Integer.toHexString(slab.pfn()) + ":" + slab.inuse() + "/" + slab.objects() + ":f"
                + (slab.frozen() ? 1 : 0);
    }

    /// The free lists, one line for each slab.
    @Override
    public List<String> chains(CacheSnapshot snapshot) {
        SlubSnapshot cache = snapshot.slub();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < cache.cpus().size(); i++) {
            CpuView cpu = cache.cpus().get(i);
            SlabView slab = cpu.slab();
            if (slab != null) {
                lines.add("cpu" + i + " slab=" + Integer.toHexString(slab.pfn()) + " cfreelist="
                        + chain(cpu.freelist()) + " sfreelist=" + chain(slab.freelist()));
            }
            for (SlabView partial : cpu.partial()) {
                lines.add("cpartial" + i + chain(partial));
            }
        }
        for (int i = 0; i < cache.nodes().size(); i++) {
            for (SlabView partial : cache.nodes().get(i).partial()) {
                lines.add("node" + i + chain(partial));
            }
            for (SlabView full : cache.nodes().get(i).full()) {
                lines.add("nodefull" + i + " slab=" + Integer.toHexString(full.pfn()) + " inuse="
                        + full.inuse());
            }
        }
        return lines;
    }

    @Override
    public String shape(SlabGeometry geometry, SlabFlagWords words) {
        SlubGeometry g = geometry.slub();
        return "object_size=" + g.objectSize() + " size=" + g.size() + " inuse=" + g.inuse()
                + " offset=" + g.offset() + " align=" + g.align() + " red_left_pad="
                + g.redLeftPad() + " order=" + g.order() + " objs=" + g.objects()
                + " min_order=" + g.minOrder() + " min_objs=" + g.minObjects() + " min_partial="
                + g.minPartial() + " cpu_partial=" + g.cpuPartial() + " cpu_partial_slabs="
                + g.cpuPartialSlabs() + flags(g, words);
    }

    private static String chain(SlabView slab) {
        return " slab=" + Integer.toHexString(slab.pfn()) + " sfreelist=" + chain(slab.freelist());
    }

    private static String chain(List<Integer> indices) {
        return indices.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
