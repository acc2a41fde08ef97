package org.kmemlab.lab.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

/// If these failed, figures of pools would be those of something else, or of a pool that loses memory.
class PoolPoliciesTest {

    private static final RequestKind KMALLOC = new RequestKind(0, "kmalloc", 0, 0);
    private static final List<Integer> SIZES = List.of(1, 16, 100, 1_000, 4_096, 4_097, 50_000);

    static Stream<PolicyEntry> pools() {
        return PoolPolicies.all().stream();
    }

    private static PageAllocator.Totals serve(Policy policy, Machine machine,
            PageAllocator pages) {
        Cpu cpu = machine.cpu(0);
        for (int round = 0; round < 3; round++) {
            long[] blocks = SIZES.stream().mapToLong(bytes -> policy.alloc(cpu, KMALLOC, bytes))
                    .toArray();
            for (int i = 0; i < blocks.length; i++) {
                assertThat(blocks[i]).isNotZero();
                assertThat(blocks[i] % Long.BYTES).isZero();
                assertThat(policy.usableSize(blocks[i])).isGreaterThanOrEqualTo(SIZES.get(i));
            }
            PolicyUsage usage = policy.usage();
            assertThat(usage.blocks()).isEqualTo(SIZES.size());
            assertThat(usage.usableBytes())
                    .isGreaterThanOrEqualTo(SIZES.stream().mapToLong(bytes -> bytes).sum());
            assertThat(usage.pageBytes()).isGreaterThanOrEqualTo(usage.usableBytes());
            policy.validate();
            for (long block : blocks) {
                policy.free(cpu, KMALLOC, block);
            }
            assertThat(policy.usage().blocks()).isZero();
        }
        policy.validate();
        policy.close();
        pages.validate();
        return pages.totals();
    }

    /// Requests of every size would not be served, or not be counted, or pages not come back.
    @ParameterizedTest(name = "{0}")
    @MethodSource("pools")
    void policy_servesEverySizeAndGivesAllBack(PolicyEntry entry) throws IOException {
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(16))) {
            PageAllocator pages = new PageAllocator(machine);
            long free = sum(pages.totals());

            assertThat(sum(serve(entry.maker().apply(pages), machine, pages))).isEqualTo(free);
        }
    }

    private static long sum(PageAllocator.Totals totals) {
        return totals.freePages() + totals.perCpuPages();
    }

    /// Blocks in use at the end would keep their pages for ever.
    @ParameterizedTest(name = "{0}")
    @MethodSource("pools")
    void close_withBlocksInUse_givesTheirPagesBack(PolicyEntry entry) {
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(16))) {
            PageAllocator pages = new PageAllocator(machine);
            long free = sum(pages.totals());
            Policy policy = entry.maker().apply(pages);
            for (int bytes : SIZES) {
                assertThat(policy.alloc(machine.cpu(0), KMALLOC, bytes)).isNotZero();
            }

            policy.close();

            assertThat(sum(pages.totals())).isEqualTo(free);
        }
    }

    /// A free that nobody may do would change the figures, or another pool's memory.
    @ParameterizedTest(name = "{0}")
    @MethodSource("pools")
    void free_ofNoBlockInUse_isRefused(PolicyEntry entry) {
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(16))) {
            Policy policy = entry.maker().apply(new PageAllocator(machine));
            Cpu cpu = machine.cpu(0);
            long block = policy.alloc(cpu, KMALLOC, 64);
            long other = policy.alloc(cpu, KMALLOC, 64);
            policy.free(cpu, KMALLOC, block);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> policy.free(cpu, KMALLOC, block));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> policy.free(cpu, KMALLOC, other + 8));
            assertThatIllegalArgumentException().isThrownBy(() -> policy.free(cpu, KMALLOC, 42));

            policy.free(cpu, KMALLOC, other);
            policy.validate();
            policy.close();
        }
    }
}
