package org.kmemlab.lab.rival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.lab.policy.PagePolicy;
import org.kmemlab.lab.rival.page.LlFree;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

/// What every page allocator must do, and what makes LLFree the one of its paper. If it failed, frames
/// would be given out twice or get lost.
///
/// `-Dkmemlab.seed=N` sets the seed of the random runs.
class PageRivalsTest {

    private static final long SEED = Long.getLong("kmemlab.seed", 20_230_711);

    static List<PageRivals.Entry> policies() {
        return PageRivals.all();
    }

    private static Machine machine(int mebibytes) {
        return new Machine(MachineConfig.ofMebibytes(mebibytes).withCpus(2)
                .withMemory(MemoryKind.METADATA_ONLY));
    }

    private static LlFree smallTrees(Machine machine) {
        return new LlFree(machine, 4);
    }

    /// Random blocks of all orders, on two CPUs, beside a model of who holds what.
    private static NavigableMap<Integer, Integer> randomRun(PagePolicy policy, Machine machine,
            long seed, int operations) {
        SplittableRandom random = new SplittableRandom(seed);
        NavigableMap<Integer, Integer> held = new TreeMap<>();
        long used = 0;
        for (int i = 0; i < operations; i++) {
            boolean more = random.nextInt(3) < (i / 2_000 % 2 == 0 ? 2 : 1);
            if (more || held.isEmpty()) {
                int order = random.nextInt(11) * random.nextInt(11) / 11;
                int pfn = policy.alloc(machine.cpu(random.nextInt(2)), order);
                if (pfn != PagePolicy.NONE) {
                    checkApart(held, pfn, order);
                    held.put(pfn, order);
                    used += 1L << order;
                }
            } else {
                Integer key = held.ceilingKey(random.nextInt(machine.config().endPfn()));
                int pfn = key != null ? key : held.firstKey();
                int order = Objects.requireNonNull(held.remove(pfn));
                policy.free(machine.cpu(random.nextInt(2)), pfn, order);
                used -= 1L << order;
            }
            if (i % 500 == 499) {
                policy.validate();
                assertThat(policy.usage().usedPages()).isEqualTo(used);
            }
        }
        return held;
    }

    private static void checkApart(NavigableMap<Integer, Integer> held, int pfn, int order) {
        assertThat(pfn & (1 << order) - 1).as("pfn %d of order %d", pfn, order).isZero();
        Map.Entry<Integer, Integer> below = held.floorEntry(pfn);
        assertThat(below == null || below.getKey() + (1 << below.getValue()) <= pfn)
                .as("pfn %d overlaps %s", pfn, below).isTrue();
        Integer above = held.ceilingKey(pfn);
        assertThat(above == null || pfn + (1 << order) <= above)
                .as("pfn %d of order %d overlaps %s", pfn, order, above).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("policies")
    void randomRun_agreesWithTheModel(PageRivals.Entry entry) {
        for (long seed = SEED; seed < SEED + 3; seed++) {
            try (Machine machine = machine(256);
                    PagePolicy policy = entry.factory().apply(machine)) {
                long free = policy.usage().freePages();
                NavigableMap<Integer, Integer> held = randomRun(policy, machine, seed, 10_000);
                held.forEach((pfn, order) -> policy.free(machine.cpu(0), pfn, order));

                policy.validate();
                assertThat(policy.usage().usedPages()).isZero();
                assertThat(policy.usage().freePages()).isEqualTo(free);
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError(entry.name() + ": replay with -Dkmemlab.seed=" + seed,
                        failure);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8, 32})
    void llfree_anyTreeSize_agreesWithTheModel(int children) {
        try (Machine machine = machine(64); LlFree policy = new LlFree(machine, children)) {
            randomRun(policy, machine, SEED, 10_000);
            policy.validate();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("policies")
    void randomRun_sameSeed_givesSameFrames(PageRivals.Entry entry) {
        List<NavigableMap<Integer, Integer>> runs = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            try (Machine machine = machine(64);
                    PagePolicy policy = entry.factory().apply(machine)) {
                runs.add(randomRun(policy, machine, SEED, 5_000));
            }
        }

        assertThat(runs.get(1)).isEqualTo(runs.get(0)).isNotEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("policies")
    void alloc_memoryIsUsedUp_isNoneAndAllComesBack(PageRivals.Entry entry) {
        try (Machine machine = machine(64)) {
            PagePolicy policy = entry.factory().apply(machine);
            long free = policy.usage().freePages();
            long taken = 0;
            for (int order = 10; order >= 0; order--) {
                while (policy.alloc(machine.cpu(order % 2), order) != PagePolicy.NONE) {
                    taken += 1L << order;
                }
            }
            policy.validate();
            assertThat(policy.usage().usedPages()).isEqualTo(taken);
            assertThat(taken).isGreaterThan(free * 9 / 10);

            policy.close();

            policy.validate();
            assertThat(policy.usage().freePages()).isEqualTo(free);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("policies")
    void free_misuse_isRefused(PageRivals.Entry entry) {
        try (Machine machine = machine(64); PagePolicy policy = entry.factory().apply(machine)) {
            int pfn = policy.alloc(machine.cpu(0), 3);
            refuses(policy, machine, pfn + 1, 3);
            refuses(policy, machine, machine.config().endPfn(), 0);
            refuses(policy, machine, -8, 3);
            refuses(policy, machine, 0, 0);
            refuses(policy, machine, pfn, 9);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> assertThat(policy.alloc(machine.cpu(0), 11)).isZero());
            policy.free(machine.cpu(0), pfn, 3);

            refuses(policy, machine, pfn, 3);
        }
    }

    private static void refuses(PagePolicy policy, Machine machine, int pfn, int order) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy.free(machine.cpu(0), pfn, order));
        policy.validate();
        assertThat(policy.usage().usedPages()).isLessThanOrEqualTo(8);
    }

    /// Two CPUs in one tree would share cache lines, which is what the trees are for.
    @Test
    void llfree_twoCpus_workInTreesOfTheirOwn() {
        try (Machine machine = machine(64); LlFree policy = smallTrees(machine)) {
            int tree = 4 * 512;
            int first = policy.alloc(machine.cpu(0), 0) / tree;
            int second = policy.alloc(machine.cpu(1), 0) / tree;
            assertThat(second).isNotEqualTo(first);
            for (int i = 0; i < 1_000; i++) {
                assertThat(policy.alloc(machine.cpu(0), 0) / tree).isEqualTo(first);
                assertThat(policy.alloc(machine.cpu(1), 0) / tree).isEqualTo(second);
            }
        }
    }

    /// Without taking from others' trees, a CPU would fail while memory is free.
    @Test
    void llfree_onlyAnotherCpusTreeIsLeft_isTaken() {
        try (Machine machine = machine(16); LlFree policy = smallTrees(machine)) {
            assertThat(policy.alloc(machine.cpu(1), 0)).isNotEqualTo(PagePolicy.NONE);
            long free = policy.usage().freePages();
            long taken = 0;
            while (policy.alloc(machine.cpu(0), 0) != PagePolicy.NONE) {
                taken++;
            }

            assertThat(taken).isEqualTo(free);
        }
    }

    /// Frees spread over all trees would leave no tree to fill up again.
    @Test
    void llfree_fourFreesIntoATree_reserveIt() {
        try (Machine machine = machine(64); LlFree policy = smallTrees(machine)) {
            int tree = 4 * 512;
            List<Integer> all = new ArrayList<>();
            for (int i = 0; i < 3 * tree; i++) {
                all.add(policy.alloc(machine.cpu(0), 0));
            }
            int target = all.get(100) / tree;
            List<Integer> inTarget = all.stream().filter(pfn -> pfn / tree == target).toList();
            for (int i = 0; i < 4; i++) {
                policy.free(machine.cpu(1), inTarget.get(i), 0);
            }

            assertThat(policy.alloc(machine.cpu(1), 0) / tree).isEqualTo(target);
        }
    }

    /// Small blocks that come and go must leave huge pages whole: what the trees are filled up for.
    @Test
    void llfree_smallBlocks_keepHugePagesWhole() {
        try (Machine machine = machine(256); LlFree policy = smallTrees(machine)) {
            long before = policy.usage().freeHugePages();
            for (int i = 0; i < 1_024; i++) {
                assertThat(policy.alloc(machine.cpu(i % 2), 0)).isNotEqualTo(PagePolicy.NONE);
            }

            assertThat(before - policy.usage().freeHugePages()).isBetween(2L, 4L);
            assertThat(policy.alloc(machine.cpu(0), 10) % 1_024).isZero();
        }
    }
}
