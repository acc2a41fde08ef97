package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.PhysicalMemory;

/// All that can be seen of a cache of the classic allocator SLAB at one moment.
///
/// @param name as slabinfo prints it
/// @param geometry its shape
/// @param refcount creators that share it; negative for the caches that never share
/// @param limits what its arrays may hold now
/// @param cpus the array of each CPU
/// @param nodes what each memory node holds
/// @param stats what it has counted
public record ClassicSnapshot(String name, ClassicGeometry geometry, int refcount,
        ArrayLimits limits, List<ArrayView> cpus, List<NodeView> nodes, ClassicStats stats)
        implements CacheSnapshot {

    /// Nothing counted.
    public static final ClassicStats NO_STATS =
            new ClassicStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// An array of free objects.
    ///
    /// @param entries addresses of the objects, the bottom first
    /// @param limit objects that it may hold
    /// @param batchCount objects that go to it or come from it at once
    /// @param touched whether it was used since it was aged last
    public record ArrayView(List<Long> entries, int limit, int batchCount, boolean touched) {

        /// Copies the list.
        public ArrayView {
            entries = List.copyOf(entries);
        }
    }

    /// One slab.
    ///
    /// @param pfn its first page frame
    /// @param colour bytes from its pages to its first slot
    /// @param active objects that are in use or wait in an array
    /// @param free indices of the others, the next one first
    public record SlabView(int pfn, int colour, int active, List<Integer> free) {

        /// Copies the list.
        public SlabView {
            free = List.copyOf(free);
        }
    }

    /// What one memory node holds.
    ///
    /// @param partial slabs with free and active objects, the head first
    /// @param full slabs without free objects
    /// @param free slabs without active objects
    /// @param freeLimit free objects above which free slabs are given up
    /// @param colourNext which colour the last new slab has
    /// @param shared the array that the node's CPUs share; null for none
    /// @param alien by node: the objects of that node that were freed here, as far as there is an
    ///        array for them
    public record NodeView(List<SlabView> partial, List<SlabView> full, List<SlabView> free,
            int freeLimit, int colourNext, @Nullable ArrayView shared,
            Map<Integer, ArrayView> alien) {

        /// Copies the lists.
        public NodeView {
            partial = List.copyOf(partial);
            full = List.copyOf(full);
            free = List.copyOf(free);
            alien = Map.copyOf(alien);
        }

        /// Slabs of all three lists.
        public long slabs() {
            return (long) partial.size() + full.size() + free.size();
        }

        /// Objects that lie free in these slabs.
        public long freeObjects() {
            return partial.stream().mapToLong(slab -> slab.free.size()).sum()
                    + free.stream().mapToLong(slab -> slab.free.size()).sum();
        }

        /// Objects in the arrays of the node.
        public long waiting() {
            return (shared == null ? 0 : shared.entries.size())
                    + alien.values().stream().mapToLong(array -> array.entries.size()).sum();
        }

        private List<ArrayView> arrays() {
            List<ArrayView> arrays = new ArrayList<>(alien.values());
            if (shared != null) {
                arrays.add(shared);
            }
            return arrays;
        }
    }

    /// Copies the lists.
    public ClassicSnapshot {
        cpus = List.copyOf(cpus);
        nodes = List.copyOf(nodes);
    }

    @Override
    public ClassicSnapshot classic() {
        return this;
    }

    @Override
    public long slabs() {
        return nodes.stream().mapToLong(NodeView::slabs).sum();
    }

    @Override
    public long activeSlabs() {
        return slabs() - nodes.stream().mapToLong(node -> node.free.size()).sum();
    }

    @Override
    public long totalObjects() {
        return slabs() * geometry.objects();
    }

    /// Objects that wait in an array count as active.
    @Override
    public long activeObjects() {
        return totalObjects() - nodes.stream().mapToLong(NodeView::freeObjects).sum();
    }

    @Override
    public long allocatedObjects() {
        return activeObjects() - cpus.stream().mapToLong(cpu -> cpu.entries.size()).sum()
                - nodes.stream().mapToLong(NodeView::waiting).sum();
    }

    /// Objects in the arrays that CPUs share.
    public long sharedAvailable() {
        return nodes.stream().map(NodeView::shared)
                .mapToLong(shared -> shared == null ? 0 : shared.entries.size()).sum();
    }

    @Override
    public List<ListedSlab> listedSlabs() {
        TreeMap<Long, List<Integer>> freeByStart = new TreeMap<>();
        List<SlabView> slabs = new ArrayList<>();
        for (NodeView node : nodes) {
            slabs.addAll(node.partial);
            slabs.addAll(node.full);
            slabs.addAll(node.free);
        }
        slabs.forEach(slab -> freeByStart.put(startOf(slab), new ArrayList<>(slab.free)));
        List<ArrayView> arrays = new ArrayList<>(cpus);
        nodes.forEach(node -> arrays.addAll(node.arrays()));
        for (ArrayView array : arrays) {
            for (long object : array.entries) {
                Map.Entry<Long, List<Integer>> home = freeByStart.floorEntry(object);
                if (home != null) {
                    home.getValue().add((int) ((object - home.getKey()) / geometry.size()));
                }
            }
        }
        return slabs.stream().map(slab -> new ListedSlab(slab.pfn, geometry.order(),
                slab.colour + geometry.objectOffset(), geometry.objects(),
                freeByStart.getOrDefault(startOf(slab), List.of()))).toList();
    }

    private long startOf(SlabView slab) {
        return PhysicalMemory.BASE_ADDRESS + ((long) slab.pfn << PhysicalMemory.PAGE_SHIFT)
                + slab.colour + geometry.objectOffset();
    }

    @Override
    public ClassicSnapshot named(String other) {
        return new ClassicSnapshot(other, geometry, refcount, limits, cpus, nodes, stats);
    }

    @Override
    public ClassicSnapshot withGeometry(SlabGeometry other) {
        return new ClassicSnapshot(name, other.classic(), refcount, limits, cpus, nodes, stats);
    }
}
