package org.kmemlab.buddy.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.Recorded;
import org.kmemlab.buddy.Shrinker;
import org.kmemlab.buddy.VmStat;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

class ProcVmstatTest {

    private static final MachineConfig SMALL = MachineConfig.ofMebibytes(32)
            .withMemory(MemoryKind.METADATA_ONLY);

    /// Fails if a program that looks for a counter by name, or relies on their sequence, misses it.
    @ParameterizedTest
    @ValueSource(strings = {"deb61_smp1_m256", "c61_smp1_busy1"})
    void text_names_standInTheRecordedSequence(String name) {
        List<String> recorded = names(Recorded.text(name + ".vmstat.txt"));
        KernelProfile kernel = KernelProfile.of(name.substring(0, name.indexOf('_')));

        List<String> printed = names(ProcVmstat.text(kernel, stat()));

        assertThat(recorded).containsSubsequence(printed);
        assertThat(printed).contains("nr_free_pages", "pgalloc_dma32", "pgfree", "compact_fail");
    }

    private static List<String> names(String text) {
        return text.lines().map(line -> line.substring(0, line.indexOf(' '))).toList();
    }

    private static VmStat stat() {
        try (Machine machine = new Machine(SMALL)) {
            return new PageAllocator(machine).vmStat();
        }
    }

    /// Fails if requests and frees are not counted in pages, by zone.
    @Test
    void vmStat_afterRequestsAndFrees_countsPages() {
        try (Machine machine = new Machine(SMALL)) {
            PageAllocator pages = new PageAllocator(machine);
            Cpu cpu = machine.cpu(0);
            VmStat boot = pages.vmStat();

            int block = pages.allocPages(cpu, GfpFlags.GFP_KERNEL, 3);
            int low = pages.allocPages(cpu, GfpFlags.GFP_DMA, 0);
            int[] many = {PageAllocator.NONE, PageAllocator.NONE, PageAllocator.NONE};
            assertThat(pages.allocPagesBulk(cpu, -1, GfpFlags.GFP_KERNEL, many)).isEqualTo(3);
            pages.freePages(cpu, block, 3);
            pages.freePages(cpu, low, 0);

            VmStat stat = pages.vmStat();
            assertThat(boot.freedPages()).isEqualTo(boot.freePages());
            assertThat(stat.allocatedPages()).containsExactly(1L, 11L, 0L, 0L);
            assertThat(stat.freedPages() - boot.freedPages()).isEqualTo(9);
            for (int pfn : many) {
                pages.freePages(cpu, pfn, 0);
            }
            pages.validate();
        }
    }

    /// Fails if the slow path leaves no trace: its stalls, scans and background runs.
    @Test
    void vmStat_afterARequestThatReclaims_countsTheEffort() {
        try (Machine machine = new Machine(SMALL)) {
            PageAllocator pages = new PageAllocator(machine);
            pages.registerShrinker(new IdleShrinker());
            Cpu cpu = machine.cpu(0);
            int taken = 0;
            while (pages.allocPages(cpu, GfpFlags.GFP_ATOMIC.with(GfpFlags.NOWARN),
                    0) != PageAllocator.NONE) {
                taken++;
            }

            int pfn = pages.allocPages(cpu,
                    GfpFlags.GFP_KERNEL.with(GfpFlags.NORETRY).with(GfpFlags.NOWARN), 0);
            machine.clock().advance(2);

            VmStat stat = pages.vmStat();
            assertThat(pfn).isEqualTo(PageAllocator.NONE);
            assertThat(stat.allocatedPages().stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(taken);
            assertThat(stat.stalls()).containsExactly(0L, 0L, 1L, 0L);
            assertThat(stat.scannedObjects()).isPositive();
            assertThat(stat.backgroundRuns()).isEqualTo(16);
            assertThat(pages.exhaustedNodes()).containsExactly(0);
        }
    }

    /// Offers much and gives nothing.
    private static final class IdleShrinker implements Shrinker {
        @Override
        public long countObjects() {
            return 100_000;
        }

        @Override
        public long scanObjects(Cpu cpu, long nrToScan) {
            return 0;
        }
    }
}
