package org.kmemlab.lab.steps;

import static org.kmemlab.machine.PhysicalMemory.BASE_ADDRESS;
import static org.kmemlab.machine.PhysicalMemory.PAGE_SHIFT;
import static org.kmemlab.machine.PhysicalMemory.PAGE_SIZE;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;

import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.ClassicGeometry;
import org.kmemlab.slab.ClassicSnapshot;
import org.kmemlab.slab.ClassicSnapshot.ArrayView;
import org.kmemlab.slab.ClassicSnapshot.NodeView;
import org.kmemlab.slab.ClassicSnapshot.SlabView;
import org.kmemlab.slab.SlabFlagWords;
import org.kmemlab.slab.SlabGeometry;

/// Writes the state of a cache of the classic allocator SLAB; see [CacheText].
final class ClassicCacheText extends CacheText {

    /// One line: `cpu0[avail=...] node0[total=... partial: ... full: ... free: ...]`.
    @Override
    public String line(CacheSnapshot snapshot) {
        ClassicSnapshot cache = snapshot.classic();
        StringJoiner words = new StringJoiner(" ");
        for (int i = 0; i < cache.cpus().size(); i++) {
            ArrayView array = cache.cpus().get(i);
            words.add("cpu" + i + "[avail=" + array.entries().size() + " limit=" + array.limit()
                    + " batch=" + array.batchCount() + " touched=" + (array.touched() ? 1 : 0)
                    + "]");
        }
        for (int i = 0; i < cache.nodes().size(); i++) {
            words.add("node" + i + node(cache.geometry(), cache.nodes().get(i)));
        }
        return words.toString();
    }

    private static String node(ClassicGeometry geometry, NodeView node) {
        return "[total=" + node.slabs() + " free_slabs=" + node.free().size() + " free_objects="
                + node.freeObjects() + " free_limit=" + node.freeLimit() + " colour_next="
                + node.colourNext() + " partial:" + slabs(geometry, node.partial()) + " full:"
                + slabs(geometry, node.full()) + " free:" + slabs(geometry, node.free()) + "]";
    }

    private static String slabs(ClassicGeometry geometry, List<SlabView> slabs) {
        return slabs.stream()
                .map(slab -> " " + Integer.toHexString(slab.pfn()) + ":" + slab.active() + "/"
                        + geometry.objects() + ":off" + slab.colour())
                .collect(Collectors.joining());
    }

    /// The arrays of the CPUs, as page frame and offset.
    @Override
    public List<String> chains(CacheSnapshot snapshot) {
        List<String> lines = new ArrayList<>();
        List<ArrayView> cpus = snapshot.classic().cpus();
        for (int i = 0; i < cpus.size(); i++) {
            lines.add("cpu" + i + " entries(bottom..top)=" + cpus.get(i).entries().stream()
                    .map(object -> " " + place(object)).collect(Collectors.joining()));
        }
        return lines;
    }

    private static String place(long object) {
        long offset = object - BASE_ADDRESS;
        return Long.toHexString(offset >> PAGE_SHIFT) + "+" + offset % PAGE_SIZE;
    }

    @Override
    public String shape(SlabGeometry geometry, SlabFlagWords words) {
        ClassicGeometry g = geometry.classic();
        return "object_size=" + g.objectSize() + " size=" + g.size() + " align=" + g.align()
                + " num=" + g.objects() + " gfporder=" + g.order() + " colour=" + g.colours()
                + " colour_off=" + g.colourOff() + " freelist_size=" + g.freelistSize()
                + flags(g, words) + " limit=" + g.limits().limit() + " batchcount="
                + g.limits().batchCount() + " shared=" + g.limits().shared();
    }
}
