package org.kmemlab.lab.rival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.Policy;
import org.kmemlab.lab.policy.PolicyUsage;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

/// What every rival must do whatever its design. If it failed, a comparison would compare an
/// allocator that gives memory out twice or loses it.
///
/// `-Dkmemlab.seed=N` sets the seed of the random runs.
class RivalSuiteTest {

    private static final long SEED = Long.getLong("kmemlab.seed", 20_240_117);

    static List<RivalEntry> rivals() {
        return Rivals.all();
    }

    private static RivalStage<Policy> stage(RivalEntry rival, int mebibytes) {
        return new RivalStage<>(mebibytes, rival.factory());
    }

    /// Fails if blocks overlap, lose their content, are misaligned or too small; if counters or
    /// lists go wrong; or if pages do not come back.
    @ParameterizedTest(name = "{0}")
    @MethodSource("rivals")
    void randomRun_agreesWithTheModel(RivalEntry rival) {
        for (long seed = SEED; seed < SEED + 3; seed++) {
            try (RivalStage<Policy> stage = stage(rival, 32)) {
                randomRun(stage, seed, 6_000);

                stage.freeAll();
                stage.check();
                randomRun(stage, ~seed, 1_000);
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError(rival.name() + ": replay with -Dkmemlab.seed=" + seed,
                        failure);
            }
        }
    }

    private static void randomRun(RivalStage<Policy> stage, long seed, int operations) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < operations; i++) {
            // Twice as many come as go, and in the next phase the other way round.
            boolean more = random.nextInt(3) < (i / 500 % 2 == 0 ? 2 : 1);
            if (more || stage.size() == 0) {
                RequestKind kind = kind(random);
                int bytes = kind.isKmalloc() ? bytes(random) : kind.objectSize();
                stage.alloc(stage.cpu(random.nextInt(2)), kind, bytes);
            } else {
                stage.free(stage.cpu(random.nextInt(2)),
                        stage.addressAt(random.nextInt(stage.size())));
            }
            if (i % 500 == 499) {
                stage.check();
            }
        }
    }

    private static RequestKind kind(SplittableRandom random) {
        int task = random.nextInt(4);
        return switch (random.nextInt(5)) {
            case 0 -> new RequestKind(1, "dentry", 192, task);
            case 1 -> new RequestKind(2, "anon_vma", 88, task);
            case 2 -> new RequestKind(3, "task_struct", 2_944, task);
            default -> new RequestKind(0, "kmalloc", 0, task);
        };
    }

    private static int bytes(SplittableRandom random) {
        return 1 + switch (random.nextInt(40)) {
            case 0 -> random.nextInt(100_000);
            case 1, 2, 3 -> random.nextInt(8_192);
            case 4, 5, 6, 7, 8, 9, 10, 11, 12 -> random.nextInt(1_024);
            default -> random.nextInt(128);
        };
    }

    /// Fails if a request beyond the memory does anything but return 0, or if what was freed cannot
    /// be had again.
    @ParameterizedTest(name = "{0}")
    @MethodSource("rivals")
    void alloc_memoryIsUsedUp_isZeroAndNothingIsLost(RivalEntry rival) {
        try (RivalStage<Policy> stage = stage(rival, 8)) {
            int first = fill(stage, 1_000);
            stage.check();
            assertThat(stage.alloc(1_000)).isZero();
            stage.freeAll();
            stage.check();

            int second = fill(stage, 1_000);

            assertThat(first).isPositive();
            // Pages that lie on the lists of a CPU may come back in another order.
            assertThat(second).isGreaterThan(first * 95 / 100);
        }
    }

    private static int fill(RivalStage<Policy> stage, int bytes) {
        int count = 0;
        while (stage.alloc(bytes) != 0) {
            count++;
        }
        return count;
    }

    /// Fails if large requests are cut, or if one that no page block can hold is served.
    @ParameterizedTest(name = "{0}")
    @MethodSource("rivals")
    void alloc_largeAndTooLarge_isServedOrZero(RivalEntry rival) {
        try (RivalStage<Policy> stage = stage(rival, 32)) {
            for (int bytes = 1; bytes <= 1 << 20; bytes *= 2) {
                stage.alloc(bytes);
                stage.alloc(bytes + 1);
            }

            assertThat(stage.alloc((4 << 20) + 1)).isZero();
            assertThat(stage.alloc(Integer.MAX_VALUE)).isZero();
        }
    }

    /// Fails if a rival accepts a free that its catalogue entry says it refuses, or if refusing
    /// changes anything.
    @ParameterizedTest(name = "{0}")
    @MethodSource("rivals")
    void free_misuseThatIsSeen_isRefusedAndChangesNothing(RivalEntry rival) {
        try (RivalStage<Policy> stage = stage(rival, 16)) {
            for (int bytes : new int[] {8, 40, 500, 4_000, 70_000}) {
                // Others stay beside it, so that its page is not given back.
                LongStream.range(0, 3).forEach(i -> stage.alloc(bytes));
                long block = stage.alloc(bytes);
                stage.alloc(bytes);
                if (rival.sees().contains(Misuse.INTERIOR) && block != 0) {
                    long usable = stage.policy.usableSize(block);
                    assertRefused(stage, block + 1);
                    assertRefused(stage, block + Math.min(8, usable - 1));
                    assertRefused(stage, block + usable - 1);
                }
                if (block != 0) {
                    stage.free(block);
                    if (rival.sees().contains(Misuse.DOUBLE_FREE)) {
                        assertRefused(stage, block);
                    }
                }
            }
            if (rival.sees().contains(Misuse.FOREIGN)) {
                int own = stage.allocator.allocPages(stage.cpu(0),
                        GfpFlags.GFP_KERNEL, 0);
                assertRefused(stage, stage.machine.memory().addressOf(own));
                assertRefused(stage, 0);
                assertRefused(stage, 64);
                stage.allocator.freePages(stage.cpu(0), own, 0);
            }
        }
    }

    private static void assertRefused(RivalStage<Policy> stage, long address) {
        PolicyUsage before = stage.policy.usage();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> stage.policy.free(stage.cpu(0), RivalStage.KMALLOC, address))
                .withMessageContaining("0x" + Long.toHexString(address));

        stage.policy.validate();
        assertThat(stage.policy.usage().blocks()).isEqualTo(before.blocks());
        assertThat(stage.policy.usage().pageBytes()).isEqualTo(before.pageBytes());
    }

    /// Fails if a list that leads in a circle, out of the memory or to a place that is no block looks
    /// sound. Names the rivals that link free blocks, and where the link is, from the block on.
    @ParameterizedTest(name = "{0}")
    @CsvSource({"first-fit, 0", "best-fit, 8", "dlmalloc, 0", "tlsf, 0", "simple-list, -16",
        "segregated-lists, 0", "hash-lists, 0", "sgi-stl, 0", "boost-object-pool, 0",
        "ace-cached, 0", "ace-free-list, 0", "tcmalloc, 0"})
    void validate_linkOverwritten_says(String name, int offset) {
        try (RivalStage<Policy> stage = new RivalStage<>(8, pages -> Rivals.create(name, pages))) {
            for (int i = 0; i < 12; i++) {
                stage.alloc(64);
            }
            long[] blocks = stage.addresses();
            stage.free(blocks[3]);
            stage.free(blocks[7]);
            long link = blocks[7] + offset;
            long good = stage.machine.memory().getLong(link);
            for (long bad : new long[] {blocks[7], 16, blocks[5] + 4}) {
                stage.machine.memory().putLong(link, bad);

                assertThatIllegalStateException().as("link to 0x%x", bad)
                        .isThrownBy(stage.policy::validate);
            }
            stage.machine.memory().putLong(link, good);
        }
    }

    /// Fails if a run depends on anything but its seed.
    @ParameterizedTest(name = "{0}")
    @MethodSource("rivals")
    void randomRun_sameSeed_givesSameAddressesAndSteps(RivalEntry rival) {
        try (RivalStage<Policy> one = stage(rival, 32); RivalStage<Policy> two = stage(rival, 32)) {
            randomRun(one, SEED, 2_000);
            randomRun(two, SEED, 2_000);

            assertThat(two.addresses()).isEqualTo(one.addresses());
            assertThat(two.policy.usage()).isEqualTo(one.policy.usage());
        }
    }

    /// Fails if steps are not counted, or more memory is out than is held.
    @ParameterizedTest(name = "{0}")
    @MethodSource("rivals")
    void usage_afterWork_isPlausible(RivalEntry rival) {
        try (RivalStage<Policy> stage = stage(rival, 32)) {
            randomRun(stage, SEED, 2_000);

            PolicyUsage usage = stage.policy.usage();

            assertThat(usage.steps()).isPositive();
            assertThat(usage.stepsMax()).isBetween(1L, usage.steps());
            assertThat(usage.metadataBytes()).isPositive();
            assertThat(usage.usableBytes()).isLessThanOrEqualTo(usage.pageBytes());
            assertThat(usage.pageBytes() % 4_096).isZero();
        }
    }

    /// Fails if a request for nothing is served.
    @ParameterizedTest(name = "{0}")
    @MethodSource("rivals")
    void alloc_noBytes_isRefused(RivalEntry rival) {
        try (RivalStage<Policy> stage = stage(rival, 8)) {
            assertThatIllegalArgumentException().isThrownBy(() -> stage.alloc(0))
                    .withMessageContaining("0 bytes");
        }
    }

    /// Fails if a machine without bytes gives an obscure error later instead of a clear one now.
    @ParameterizedTest(name = "{0}")
    @MethodSource("rivals")
    void create_machineWithoutBytes_isRefused(RivalEntry rival) {
        try (Machine machine = new Machine(
                MachineConfig.ofMebibytes(8).withMemory(MemoryKind.METADATA_ONLY))) {
            PageAllocator allocator = new PageAllocator(machine);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rivals.create(rival.name(), allocator))
                    .withMessageContaining("METADATA_ONLY");
        }
    }
}
