package org.kmemlab.slab;

import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.ClassicSnapshot.ArrayView;
import org.kmemlab.slab.ClassicSnapshot.NodeView;

/// Machines with the classic SLAB, and short words for what tests ask of them.
final class ClassicFixture {

    private static final KernelProfile SLAB = KernelProfile.C61_SLAB.booted("slab_nomerge");

    private ClassicFixture() {
    }

    /// One CPU and node.
    static SlabFixture booted() {
        return SlabFixture.of(SlabFixture.config(SLAB));
    }

    /// A kernel that paints and guards.
    static SlabFixture debugged() {
        return SlabFixture.of(SlabFixture.config(SLAB.with(ConfigOption.DEBUG_SLAB)));
    }

    /// Some CPUs of one node.
    static SlabFixture ofCpus(int cpus) {
        return SlabFixture.of(SlabFixture.config(SLAB).withCpus(cpus));
    }

    /// Two nodes with a CPU each.
    static SlabFixture ofNodes(String boot) {
        return SlabFixture.of(MachineConfig.ofNodes(List.of(32, 32)).withCpus(2)
                .withProfile(SLAB.booted(boot)));
    }

    static KmemCache cache(SlabFixture f, int size) {
        return f.slab.createCache(KmemCacheArgs.of("foo", size));
    }

    static List<Long> alloc(KmemCache cache, Cpu cpu, int count) {
        List<Long> objects = new ArrayList<>();
        IntStream.range(0, count).forEach(i -> objects.add(cache.alloc(cpu, GFP_KERNEL)));
        return objects;
    }

    static void free(KmemCache cache, Cpu cpu, List<Long> objects) {
        objects.forEach(object -> cache.free(cpu, object));
    }

    static ArrayView array(KmemCache cache, int cpu) {
        return cache.snapshot().classic().cpus().get(cpu);
    }

    static NodeView node(KmemCache cache, int node) {
        return cache.snapshot().classic().nodes().get(node);
    }
}
