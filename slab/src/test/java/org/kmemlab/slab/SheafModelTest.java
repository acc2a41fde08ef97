package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;
import static org.kmemlab.buddy.GfpFlags.GFP_NOWAIT;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;

/// Random use of a cache with sheaves, against [SheafModel] after each step and against a map of what
/// every object holds.
class SheafModelTest {

    private static final int STEPS = 4000;
    private static final int CPUS = 3;
    private static final int CAPACITY = 5;

    /// A sheaf that waits for its grace period.
    ///
    /// @param shrunk how many objects, if a shrink sent it; 0 for a full one
    private record Waiting(long dueJiffies, int shrunk) {}

    private record Loan(PrefilledSheaf sheaf, boolean oversize) {}

    private final SheafModel model = new SheafModel(CPUS, CAPACITY);
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final List<Long> live = new ArrayList<>();
    private final Map<Long, Long> marks = new HashMap<>();
    private final List<Loan> loans = new ArrayList<>();
    private long nextMark = 1;

    /// If it fails, sheaves move or count otherwise than the rules say, or an object is given out
    /// twice; the seed in the name replays it.
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void randomUse_againstTheRules(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (SlabFixture f = SlabFixture.of(SlabFixture.config(KernelProfile.LINUX_6_18)
                .withCpus(CPUS).withSeed(seed))) {
            KmemCache cache = f.slab.createCache(
                    KmemCacheArgs.of("model", 256).withSheafCapacity(CAPACITY));
            for (int step = 0; step < STEPS; step++) {
                step(f, cache, random, step / 500 % 2 == 0);
                compare(cache, "seed " + seed + ", step " + step);
            }
            finish(f, cache);
        }
    }

    private void step(SlabFixture f, KmemCache cache, SplittableRandom random, boolean grows) {
        int cpu = random.nextInt(CPUS);
        int dice = random.nextInt(1000);
        if (dice < 10) {
            f.slab.validate();
        } else if (dice < 14) {
            cache.shrink(f.machine.cpu(cpu));
            model.shrink().forEach(count -> wait(f, count));
        } else if (dice < 60) {
            f.machine.clock().advance(random.nextInt(3));
            graceOver(f.machine.clock().jiffies());
        } else if (dice < 120) {
            lendOrTakeBack(f.machine.cpu(cpu), cache, random);
        } else if (dice % 100 < (grows ? 60 : 40)) {
            allocate(f.machine.cpu(cpu), f, cache, random);
        } else {
            free(f.machine.cpu(cpu), f, cache, random);
        }
    }

    private void wait(SlabFixture f, int shrunk) {
        waiting.add(new Waiting(f.machine.clock().jiffies() + f.slab.rcu().graceJiffies(),
                shrunk));
    }

    private void graceOver(long jiffies) {
        while (!waiting.isEmpty() && waiting.getFirst().dueJiffies <= jiffies) {
            int shrunk = waiting.removeFirst().shrunk;
            if (shrunk == 0) {
                model.graceOver();
            } else {
                model.graceOverAfterShrink(shrunk);
            }
        }
    }

    private void allocate(Cpu cpu, SlabFixture f, KmemCache cache, SplittableRandom random) {
        int count = random.nextInt(10) == 0 ? random.nextInt(1, 20) : 1;
        if (count > 1) {
            long[] objects = new long[count];
            assertThat(cache.allocBulk(cpu, GFP_KERNEL, objects, 0, count)).isEqualTo(count);
            model.allocBulk(cpu.id(), count);
            for (long object : objects) {
                keep(f, object);
            }
            return;
        }
        boolean blocks = random.nextInt(5) > 0;
        keep(f, cache.alloc(cpu, blocks ? GFP_KERNEL : GFP_NOWAIT));
        model.alloc(cpu.id(), blocks);
    }

    private void keep(SlabFixture f, long object) {
        assertThat(object).isNotZero();
        assertThat(marks.put(object, nextMark)).as("object %x, given out twice", object).isNull();
        f.put(object, nextMark++);
        live.add(object);
    }

    private long drop(SlabFixture f, SplittableRandom random) {
        int at = random.nextInt(live.size());
        long object = live.get(at);
        live.set(at, live.getLast());
        live.removeLast();
        assertThat(f.get(object)).isEqualTo(marks.remove(object));
        return object;
    }

    private void free(Cpu cpu, SlabFixture f, KmemCache cache, SplittableRandom random) {
        int count = random.nextInt(10) == 0 ? random.nextInt(2, 20) : 1;
        if (live.size() < count) {
            return;
        }
        if (count > 1) {
            long[] objects = new long[count];
            for (int i = 0; i < count; i++) {
                objects[i] = drop(f, random);
            }
            cache.freeBulk(cpu, objects, 0, count);
            model.freeBulk(cpu.id(), count);
        } else if (random.nextInt(4) == 0) {
            f.slab.kmalloc().kfreeRcu(cpu, drop(f, random));
            if (model.freeRcu(cpu.id())) {
                wait(f, 0);
            }
        } else {
            cache.free(cpu, drop(f, random));
            model.free(cpu.id());
        }
    }

    private void lendOrTakeBack(Cpu cpu, KmemCache cache, SplittableRandom random) {
        if (loans.isEmpty() || random.nextBoolean()) {
            int wanted = random.nextInt(1, CAPACITY + 4);
            PrefilledSheaf sheaf = Objects.requireNonNull(
                    cache.prefillSheaf(cpu, GFP_KERNEL, wanted));
            assertThat(sheaf.size()).isEqualTo(model.lend(cpu.id(), wanted));
            loans.add(new Loan(sheaf, wanted > CAPACITY));
        } else {
            Loan loan = loans.remove(random.nextInt(loans.size()));
            int left = loan.sheaf.size();
            loan.sheaf.giveBack(cpu, GFP_KERNEL);
            model.takeBack(cpu.id(), left, loan.oversize);
        }
    }

    private void compare(KmemCache cache, String when) {
        SheafView view = Objects.requireNonNull(cache.snapshot().slub().sheaves());
        for (int id = 0; id < CPUS; id++) {
            SheafView.Cpu real = view.cpus().get(id);
            SheafModel.PerCpu told = model.cpus.get(id);
            assertThat(List.of(real.main().size(), size(real.spare()), size(real.rcuFree())))
                    .as("%s: sheaves of CPU %d", when, id)
                    .isEqualTo(List.of(told.main, told.spare, told.rcu));
        }
        SheafView.Barn barn = view.barns().getFirst();
        assertThat(List.of(barn.full().size(), barn.empty())).as("%s: barn", when)
                .isEqualTo(List.of(model.full, model.empty));
        for (SheafStat stat : SheafStat.values()) {
            assertThat(view.counter(stat)).as("%s: %s", when, stat)
                    .isEqualTo(model.counters[stat.ordinal()]);
        }
        assertThat(cache.snapshot().allocatedObjects()).as("%s: objects in use", when)
                .isEqualTo(live.size() + view.lent() + view.waiting());
    }

    private static int size(@Nullable List<Long> sheaf) {
        return sheaf == null ? SheafModel.NONE : sheaf.size();
    }

    private void finish(SlabFixture f, KmemCache cache) {
        loans.forEach(loan -> loan.sheaf.giveBack(f.cpu, GFP_KERNEL));
        live.forEach(object -> cache.free(f.cpu, object));
        f.slab.kvfreeRcuBarrier();
        f.slab.validate();
        assertThat(cache.snapshot().allocatedObjects()).isZero();
        assertThat(cache.destroy()).isTrue();
    }
}
