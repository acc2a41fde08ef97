package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.PhysicalMemory;

/// All that can be seen of a cache of SLUB at one moment.
///
/// @param name as slabinfo prints it
/// @param geometry its shape
/// @param refcount creators that share it; negative for the caches that never share
/// @param cpus what each CPU holds
/// @param nodes what each memory node holds
/// @param sheaves what lies in sheaves above all that, to which it is in use; null if the kernel has
///        no sheaves
public record SlubSnapshot(String name, SlubGeometry geometry, int refcount, List<CpuView> cpus,
        List<NodeView> nodes, @Nullable SheafView sheaves) implements CacheSnapshot {

    /// One slab.
    ///
    /// @param pfn its first page frame
    /// @param order log2 of its pages
    /// @param inuse objects that are not on its own free list
    /// @param objects objects it holds
    /// @param frozen whether it belongs to a CPU
    /// @param freelist indices of the objects on its own free list, the next one first
    public record SlabView(int pfn, int order, int inuse, int objects, boolean frozen,
            List<Integer> freelist) {

        /// Copies the list.
        public SlabView {
            freelist = List.copyOf(freelist);
        }
    }

    /// What one CPU holds.
    ///
    /// @param slab its current slab, null for none
    /// @param freelist indices of objects of `slab` on the CPU's own free list, the next one first
    /// @param partial its stack of partial slabs, the next one first
    /// @param counters by the ordinals of [SlubStat]
    public record CpuView(@Nullable SlabView slab, List<Integer> freelist, List<SlabView> partial,
            List<Long> counters) {

        /// Copies the lists.
        public CpuView {
            freelist = List.copyOf(freelist);
            partial = List.copyOf(partial);
            counters = List.copyOf(counters);
        }

        /// Objects that can be allocated from this CPU's slabs.
        public int freeObjects() {
            int free = freelist.size() + (slab == null ? 0 : slab.freelist.size());
            return free + partial.stream().mapToInt(view -> view.freelist.size()).sum();
        }
    }

    /// What one memory node holds.
    ///
    /// @param slabs slabs with pages of the node, wherever they are
    /// @param objects objects of these slabs
    /// @param partial its partial list, the head first
    /// @param full its full list, the newest first; empty unless the cache stores its users
    public record NodeView(long slabs, long objects, List<SlabView> partial, List<SlabView> full) {

        /// Copies the lists.
        public NodeView {
            partial = List.copyOf(partial);
            full = List.copyOf(full);
        }

        /// Free objects of the partial list.
        public long freeObjects() {
            return partial.stream().mapToLong(view -> view.objects - view.inuse).sum();
        }
    }

    /// Copies the lists.
    public SlubSnapshot {
        cpus = List.copyOf(cpus);
        nodes = List.copyOf(nodes);
    }

    /// A cache of a kernel without sheaves.
    public SlubSnapshot(String name, SlubGeometry geometry, int refcount, List<CpuView> cpus,
            List<NodeView> nodes) {
        this(name, geometry, refcount, cpus, nodes, null);
    }

    @Override
    public SlubSnapshot slub() {
        return this;
    }

    @Override
    public long slabs() {
        return nodes.stream().mapToLong(NodeView::slabs).sum();
    }

    @Override
    public long totalObjects() {
        return nodes.stream().mapToLong(NodeView::objects).sum();
    }

    /// Objects that wait on a CPU count as active.
    @Override
    public long activeObjects() {
        return totalObjects() - nodes.stream().mapToLong(NodeView::freeObjects).sum();
    }

    /// The allocator's own sheaves do not count.
    @Override
    public long allocatedObjects() {
        long outside = activeObjects() - cpus.stream().mapToLong(CpuView::freeObjects).sum();
        return sheaves == null ? outside : outside - sheaves.objects() - sheaves.holders();
    }

    @Override
    public List<ListedSlab> listedSlabs() {
        List<ListedSlab> listed = new ArrayList<>();
        for (CpuView cpu : cpus) {
            if (cpu.slab != null) {
                listed.add(listed(cpu.slab, cpu.freelist));
            }
            cpu.partial.forEach(slab -> listed.add(listed(slab, List.of())));
        }
        for (NodeView node : nodes) {
            node.partial.forEach(slab -> listed.add(listed(slab, List.of())));
            node.full.forEach(slab -> listed.add(listed(slab, List.of())));
        }
        return listed;
    }

    private ListedSlab listed(SlabView slab, List<Integer> ownedByCpu) {
        List<Integer> free = new ArrayList<>(ownedByCpu);
        free.addAll(slab.freelist);
        Set<Long> inSheaves = sheaves == null ? Set.of() : sheaves.addresses();
        long start = PhysicalMemory.BASE_ADDRESS + ((long) slab.pfn << PhysicalMemory.PAGE_SHIFT)
                + geometry.redLeftPad();
        for (int index = 0; !inSheaves.isEmpty() && index < slab.objects; index++) {
            if (inSheaves.contains(start + (long) index * geometry.size())) {
                free.add(index);
            }
        }
        return new ListedSlab(slab.pfn, slab.order, geometry.redLeftPad(), slab.objects, free);
    }

    @Override
    public SlubSnapshot named(String other) {
        return new SlubSnapshot(other, geometry, refcount, cpus, nodes, sheaves);
    }

    @Override
    public SlubSnapshot withGeometry(SlabGeometry other) {
        return new SlubSnapshot(name, other.slub(), refcount, cpus, nodes, sheaves);
    }

    /// A counter, summed over all CPUs.
    public long counter(SlubStat stat) {
        return cpus.stream().mapToLong(cpu -> cpu.counters.get(stat.ordinal())).sum();
    }
}
