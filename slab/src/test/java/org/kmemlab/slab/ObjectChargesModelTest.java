package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL_ACCOUNT;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemCgroup;
import org.kmemlab.machine.Task;

/// Random charged allocations by tasks of several groups, against a plain account.
class ObjectChargesModelTest {

    private static final int STEPS = 5000;
    private static final long LIMIT = 40 * 4096;

    private record Paid(KmemCache cache, long object, MemCgroup payer, long bytes) {}

    private final List<Paid> live = new ArrayList<>();
    private final Map<MemCgroup, Long> account = new HashMap<>();

    /// If it fails, somebody pays for what others use, pays twice, is never paid back, or exceeds a
    /// limit; the seed in the name replays it.
    @ParameterizedTest(name = "seed {0}, {1} booted with {2}")
    @CsvSource({"1,c61,slab_nomerge", "2,c61,slub_debug=FZPU", "3,c61,init_on_free=1",
        "4,c61,slub_max_order=0", "5,c61-SLAB,slab_nomerge", "6,c61-SLAB,init_on_free=1"})
    void randomUse_againstAnAccount(long seed, String build, String boot) {
        SplittableRandom random = new SplittableRandom(seed);
        try (SlabFixture f = SlabFixture.of(MachineConfig.ofMebibytes(32).withCpus(2)
                .withProfile(KernelProfile.of(build).with(ConfigOption.MEMCG_KMEM).booted(boot)))) {
            List<KmemCache> caches = List.of(
                    f.slab.createCache(KmemCacheArgs.of("charged", 300)
                            .withFlags(SlabFlags.ACCOUNT)),
                    f.slab.createCache(KmemCacheArgs.of("plain", 100)));
            MemCgroup all = f.machine.memCgroups().create("all");
            all.setLimit(f.cpu, LIMIT);
            List<MemCgroup> groups = List.of(f.machine.memCgroups().create("a", all),
                    f.machine.memCgroups().create("b", all));
            for (int step = 0; step < STEPS; step++) {
                Cpu cpu = f.machine.cpu(random.nextInt(2));
                Task task = new Task("task", step);
                task.setMemCgroup(groups.get(random.nextInt(2)));
                cpu.run(task);
                if (random.nextInt(100) < (step / 500 % 2 == 0 ? 70 : 30)) {
                    allocate(cpu, caches.get(random.nextInt(2)), random);
                } else if (!live.isEmpty()) {
                    free(cpu, random.nextInt(live.size()));
                }
                groups.forEach(group -> assertThat(group.usage())
                        .isEqualTo(account.getOrDefault(group, 0L)));
                assertThat(all.usage()).isLessThanOrEqualTo(LIMIT).isEqualTo(
                        groups.getFirst().usage() + groups.getLast().usage());
            }
            assertThat(all.failcnt()).as("refusals").isPositive();
            while (!live.isEmpty()) {
                free(f.cpu, live.size() - 1);
            }
            assertThat(all.usage()).isZero();
            caches.forEach(KmemCache::close);
        }
    }

    private void allocate(Cpu cpu, KmemCache cache, SplittableRandom random) {
        boolean asks = random.nextBoolean();
        MemCgroup group = Objects.requireNonNull(cpu.task()).memCgroup();
        long bytes = asks || cache.name().equals("charged") ? cache.geometry().size() + 8 : 0;
        boolean many = random.nextInt(4) == 0;
        long[] objects = new long[many ? 7 : 1];
        var gfp = asks ? GFP_KERNEL_ACCOUNT : GFP_KERNEL;
        if (many) {
            if (cache.allocBulk(cpu, gfp, objects, 0, objects.length) == 0) {
                return;
            }
        } else {
            objects[0] = cache.alloc(cpu, gfp);
        }
        for (long object : objects) {
            if (object != 0) {
                live.add(new Paid(cache, object, group, bytes));
                account.merge(group, bytes, Long::sum);
            }
        }
    }

    private void free(Cpu cpu, int index) {
        Paid paid = live.remove(index);
        paid.cache.free(cpu, paid.object);
        account.merge(paid.payer, -paid.bytes, Long::sum);
    }
}
