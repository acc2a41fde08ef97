package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;

/// A cache with sheaves of four objects on a machine of Linux 6.18 with two CPUs. Closing it frees
/// what the test still has, destroys the cache and fails if anything is left.
final class SheafFixture implements AutoCloseable {

    static final int CAPACITY = 4;

    final SlabFixture f;
    final KmemCache cache;
    private final List<Long> held = new ArrayList<>();

    private SheafFixture(MachineConfig config, KmemCacheArgs args) {
        f = SlabFixture.of(config);
        cache = f.slab.createCache(args);
    }

    static SheafFixture booted(String parameters, KmemCacheArgs args) {
        return new SheafFixture(config(parameters), args);
    }

    static SheafFixture on(MachineConfig config) {
        return new SheafFixture(config.withProfile(KernelProfile.LINUX_6_18.booted("slab_nomerge")),
                args());
    }

    static SheafFixture plain() {
        return booted("slab_nomerge", args());
    }

    static KmemCacheArgs args() {
        return KmemCacheArgs.of("foo", 256).withSheafCapacity(CAPACITY);
    }

    private static MachineConfig config(String parameters) {
        return SlabFixture.config(KernelProfile.LINUX_6_18.booted(parameters)).withCpus(2);
    }

    Cpu cpu(int id) {
        return f.machine.cpu(id);
    }

    /// Allocates objects, which the test has then.
    void take(int cpu, int count) {
        for (int i = 0; i < count; i++) {
            take(cpu, GFP_KERNEL);
        }
    }

    long take(int cpu, GfpFlags gfp) {
        long object = cache.alloc(cpu(cpu), gfp);
        assertThat(object).isNotZero();
        held.add(object);
        return object;
    }

    /// Frees objects that the test has, the oldest first.
    void give(int cpu, int count) {
        for (int i = 0; i < count; i++) {
            cache.free(cpu(cpu), held.removeFirst());
        }
    }

    /// The objects that the test has, the oldest first; it may take some out.
    List<Long> held() {
        return held;
    }

    SheafView sheaves() {
        return Objects.requireNonNull(cache.snapshot().slub().sheaves());
    }

    long count(SheafStat stat) {
        return sheaves().counter(stat);
    }

    long count(SlubStat stat) {
        return cache.snapshot().slub().counter(stat);
    }

    /// Sizes of a CPU's main and spare sheaves, of the full ones in the barn, and how many empty ones
    /// are there: `4 2 | 4 4 | 1`, with `-` for a spare sheaf that is missing.
    String shape(int cpu) {
        SheafView view = sheaves();
        SheafView.Cpu mine = view.cpus().get(cpu);
        SheafView.Barn barn = view.barns().get(cpu(cpu).node());
        List<Long> spare = mine.spare();
        StringBuilder text = new StringBuilder();
        text.append(mine.main().size()).append(' ').append(spare == null ? "-" : spare.size());
        text.append(" |");
        barn.full().forEach(sheaf -> text.append(' ').append(sheaf.size()));
        return text.append(" | ").append(barn.empty()).toString();
    }

    @Override
    public void close() {
        f.slab.validate();
        give(0, held.size());
        f.slab.kvfreeRcuBarrier();
        assertThat(cache.snapshot().allocatedObjects()).isZero();
        f.slab.validate();
        cache.close();
        f.close();
    }
}
