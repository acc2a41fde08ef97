package org.kmemlab.lab.verify.slab;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.ClassicSnapshot;
import org.kmemlab.slab.ClassicSnapshot.ArrayView;
import org.kmemlab.slab.ClassicSnapshot.NodeView;
import org.kmemlab.slab.ClassicSnapshot.SlabView;

/// What dumps of the classic allocator SLAB leave open: how many objects of a slab are free they
/// tell, which ones, and in which order they are next, they do not. Objects that wait in an array
/// are named.
///
/// @param binding learns which of our objects stand for which recorded ones
record UnknownOrder(ObjectBinding binding, PhysicalMemory memory) {

    /// Learns from the state that our slab layer begins with.
    void learn(ClassicSnapshot start) {
        for (NodeView node : start.nodes()) {
            node.partial().forEach(slab -> binding.learn(slab.pfn()));
            node.free().forEach(slab -> binding.learn(slab.pfn()));
        }
        for (long object : waiting(start)) {
            SlabView slab = slabOf(start, object);
            if (slab != null) {
                int index = indexOf(start, slab, object);
                binding.bind(slab.pfn(), index, index);
            }
        }
    }

    /// Objects that were not seen so far stand for each other if they wait at the same place.
    void bindWaiting(ClassicSnapshot ours, ClassicSnapshot recorded) {
        List<Long> own = waiting(ours);
        List<Long> theirs = waiting(recorded);
        for (int i = 0; i < own.size() && own.size() == theirs.size(); i++) {
            SlabView mine = slabOf(ours, own.get(i));
            SlabView other = slabOf(recorded, theirs.get(i));
            if (mine != null && other != null && mine.pfn() == other.pfn()
                    && mine.colour() == other.colour()) {
                binding.bind(mine.pfn(), indexOf(ours, mine, own.get(i)),
                        indexOf(recorded, other, theirs.get(i)));
            }
        }
    }

    /// Our cache with its waiting objects in the recording's words.
    ClassicSnapshot shown(ClassicSnapshot ours) {
        List<ArrayView> cpus = ours.cpus().stream().map(array -> new ArrayView(
                array.entries().stream().map(object -> shown(ours, object)).toList(),
                array.limit(), array.batchCount(), array.touched())).toList();
        return new ClassicSnapshot(ours.name(), ours.geometry(), ours.refcount(), ours.limits(),
                cpus, ours.nodes(), ours.stats());
    }

    private long shown(ClassicSnapshot cache, long object) {
        SlabView slab = slabOf(cache, object);
        if (slab == null) {
            return object;
        }
        int own = indexOf(cache, slab, object);
        int recorded = binding.recordedOf(slab.pfn(), own);
        return object + (long) (recorded - own) * cache.geometry().size();
    }

    private static List<Long> waiting(ClassicSnapshot cache) {
        List<Long> waiting = new ArrayList<>();
        cache.cpus().forEach(cpu -> waiting.addAll(cpu.entries()));
        return waiting;
    }

    private @Nullable SlabView slabOf(ClassicSnapshot cache,
            long object) {
        int pfn = memory.pfnOf(object) & -(1 << cache.geometry().order());
        for (NodeView node : cache.nodes()) {
            for (List<SlabView> list : List.of(node.partial(), node.full(), node.free())) {
                for (SlabView slab : list) {
                    if (slab.pfn() == pfn) {
                        return slab;
                    }
                }
            }
        }
        return null;
    }

    private int indexOf(ClassicSnapshot cache, SlabView slab, long object) {
        return (int) ((object - memory.addressOf(slab.pfn()) - slab.colour())
                / cache.geometry().size());
    }
}
