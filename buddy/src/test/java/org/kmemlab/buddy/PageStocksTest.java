package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.kmemlab.buddy.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.Set;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

/// Single pages of a live machine, used by one thread at a time: what stocks give, take, refuse and
/// give back.
class PageStocksTest implements AutoCloseable {

    private static final int PAIRS = 20_000;

    private final Machine machine = new Machine(
            MachineConfig.ofMebibytes(64).withCpus(2).withExecution(Execution.LIVE));
    private final PageAllocator pages = new PageAllocator(machine);
    private final Cpu cpu = machine.cpu(0);
    private final PageAllocator.Totals atStart = pages.totals();

    /// No page may be lost, whoever had it in stock.
    @Override
    @AfterEach
    public void close() {
        pages.drainAllPages(cpu);
        pages.validate();
        assertThat(pages.totals()).isEqualTo(atStart);
        machine.close();
    }

    /// If it fails, a thread is given a page twice, or stock does not last.
    @Test
    void allocPages_many_areDifferentAndComeBack() {
        Set<Integer> held = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            assertThat(
                    held.add(pages.allocPages(i % 2 == 0 ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE, 0)))
                    .isTrue();
        }
        pages.validate();

        held.forEach(pfn -> pages.freePages(pfn, 0));
    }

    /// If it fails, every page waits for the lock, and the page freed last is not the first to go.
    @Test
    void freePages_toStock_isTheNextToBeTaken() {
        int first = pages.allocPages(GFP_KERNEL, 0);
        pages.freePages(first, 0);

        assertThat(pages.allocPages(cpu, GFP_KERNEL, 0)).isEqualTo(first);
        pages.freePages(cpu, first, 0);
    }

    /// If it fails, a page in stock can be given back again, or be used as a part of a block.
    @Test
    void freePages_thatIsInStock_isRefused() {
        int pfn = pages.allocPages(GFP_KERNEL, 0);
        pages.freePages(pfn, 0);

        assertThatExceptionOfType(BadPageException.class)
                .isThrownBy(() -> pages.freePages(pfn, 0)).withMessageContaining("STOCK");
        assertThatExceptionOfType(BadPageException.class)
                .isThrownBy(() -> pages.freePages(pfn, 1));
        assertThatExceptionOfType(BadPageException.class)
                .isThrownBy(() -> pages.freePages(-1, 0));
        assertThatExceptionOfType(BadPageException.class)
                .isThrownBy(() -> pages.freePages(Integer.MAX_VALUE, 0));
    }

    /// If it fails, types of pages get mixed in stock.
    @Test
    void freePages_ofOneType_areNotServedToAnother() {
        int movable = pages.allocPages(GFP_HIGHUSER_MOVABLE, 0);
        pages.freePages(movable, 0);

        int kernel = pages.allocPages(GFP_KERNEL, 0);

        assertThat(kernel).isNotEqualTo(movable);
        pages.freePages(kernel, 0);
    }

    /// If it fails, a request for zeroed pages, or for those of a small zone, gets any page.
    @Test
    void allocPages_withSpecialWishes_isNotServedFromStock() {
        int used = pages.allocPages(GFP_KERNEL, 0);
        machine.memory().putLong(machine.memory().addressOf(used), 42);
        pages.freePages(used, 0);

        int zeroed = pages.allocPages(GFP_KERNEL.with(GfpFlags.ZERO), 0);
        int low = pages.allocPages(GFP_KERNEL.with(GfpFlags.DMA), 0);

        assertThat(machine.memory().getLong(machine.memory().addressOf(zeroed))).isZero();
        assertThat(low).isLessThan(16 << 20 >> 12);
        pages.freePages(zeroed, 0);
        pages.freePages(low, 0);
    }

    /// If it fails, stock hides injected faults.
    @Test
    void allocPages_whileSinglePagesFail_failsAlthoughThereIsStock() {
        pages.freePages(pages.allocPages(GFP_KERNEL, 0), 0);

        pages.failPageAlloc().setMinOrder(0);
        pages.failPageAlloc().setIgnoreGfpWait(false);
        pages.failPageAlloc().attr().setProbability(100);
        pages.failPageAlloc().attr().setTimes(1);

        assertThat(pages.allocPages(GFP_KERNEL, 0)).isEqualTo(PageAllocator.NONE);
    }

    /// If it fails, what a dead thread had in stock is lost, or two threads have one stock.
    @Test
    void drainAllPages_takesOverWhatDeadThreadsHad() throws InterruptedException {
        for (int i = 0; i < 40; i++) {
            Thread thread = new Thread(
                    () -> pages.freePages(pages.allocPages(GFP_KERNEL, 0), 0));
            thread.start();
            thread.join();
        }

        pages.drainAllPages(cpu);

        assertThat(pages.totals()).isEqualTo(atStart);
    }

    /// If it fails, stock that others want back is never given back.
    @Test
    void drainAllPages_asksALivingThread_whichGivesWhenItComesBy() throws InterruptedException {
        int idle = pages.allocPages(GFP_KERNEL, 0);
        pages.freePages(idle, 0);
        Thread other = new Thread(() -> pages.drainAllPages(cpu));
        other.start();
        other.join();
        assertThat(pages.memMap().useOf(idle)).isEqualTo(PageUse.STOCK);

        // Of a type that there is no stock of, so that the thread comes by.
        int pfn = pages.allocPages(GFP_KERNEL.with(GfpFlags.RECLAIMABLE), 0);

        assertThat(FrameState.isUsed(pages.memMap().state(idle))).isFalse();
        pages.freePages(pfn, 0);
    }

    /// If it fails, requests that find no memory lose what is in stock, or hand a page out twice.
    @Test
    void allocPages_untilThereIsNone_losesNothing() {
        pages.freePages(pages.allocPages(GFP_KERNEL, 0), 0);
        Set<Integer> held = new HashSet<>();
        int pfn = pages.allocPages(GFP_HIGHUSER_MOVABLE, 0);
        while (pfn != PageAllocator.NONE) {
            assertThat(held.add(pfn)).isTrue();
            pfn = pages.allocPages(GFP_HIGHUSER_MOVABLE.with(GfpFlags.NOWARN), 0);
        }

        held.forEach(page -> pages.freePages(page, 0));
    }

    /// If it fails, pages that come and go fast make work for the garbage collector.
    @Test
    void pairOfAllocAndFree_makesNoGarbage() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        pairs();

        long before = threads.getCurrentThreadAllocatedBytes();
        pairs();

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(PAIRS);
    }

    private void pairs() {
        int[] held = new int[200];
        for (int i = 0; i < PAIRS / held.length; i++) {
            for (int k = 0; k < held.length; k++) {
                held[k] = pages.allocPages(GFP_KERNEL, 0);
            }
            for (int pfn : held) {
                pages.freePages(pfn, 0);
            }
        }
    }

    /// If it fails, a stepped machine, which must be told the CPU, guesses one.
    @Test
    void allocPages_withoutCpu_inASteppedMachine_isRefused() {
        try (Machine stepped = new Machine(MachineConfig.ofMebibytes(16))) {
            PageAllocator other = new PageAllocator(stepped);

            assertThatIllegalStateException().isThrownBy(() -> other.freePages(5, 0));
            assertThatIllegalStateException().isThrownBy(() -> {
                int pfn = other.allocPages(GFP_KERNEL, 0);
                assertThat(pfn).isNotNegative();
            });
        }
    }
}
