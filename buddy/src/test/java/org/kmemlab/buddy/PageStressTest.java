package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.PhysicalMemory;

/// Four times more threads than CPUs on one page allocator: every page carries a cookie of its holder
/// that nobody else may overwrite, and a part of the pages is given back by whoever finds them. The
/// canary is a stock that all threads use at once.
///
/// The seed is fixed; what the scheduler does is not, so a failure names the thread and the page.
@Timeout(120)
class PageStressTest {

    private static final long SEED = 20_261_121;
    private static final int THREADS = 8;
    private static final int OPERATIONS = 100_000;
    private static final int HELD_MOST = 300;

    private interface Maker {
        Thread make(Runnable task);
    }

    /// What the threads take from and put into.
    private interface Source {
        int take(GfpFlags gfp, int order);

        void give(int pfn, int order);
    }

    private record Block(int pfn, int order, long cookie) {}

    /// If it fails, two threads were given one page, a page changed hands while it was held, or pages
    /// were lost.
    @Test
    void platformThreads_neverShareAPage() throws InterruptedException {
        run(Thread::new);
    }

    /// If it fails, threads without stock and drains get into each other's way.
    @Test
    void virtualThreads_neverShareAPage() throws InterruptedException {
        run(task -> Thread.ofVirtual().unstarted(task));
    }

    /// If it fails, the tests above would not notice that threads are given one page.
    @Test
    void stockWithoutOwner_isCaught() throws InterruptedException {
        try (Machine machine = liveMachine()) {
            PageAllocator pages = new PageAllocator(machine);
            AtomicReference<Throwable> failure = new AtomicReference<>();

            for (Thread thread : start(Thread::new, machine, unowned(pages), failure,
                    new ConcurrentLinkedQueue<>())) {
                thread.join();
            }

            assertThat(failure.get()).isNotNull();
        }
    }

    /// The canary: one stock above the allocator, which nobody claims before use.
    private static Source unowned(PageAllocator pages) {
        PageStock stock = new PageStock(HELD_MOST);
        return new Source() {
            @Override
            public int take(GfpFlags gfp, int order) {
                int pfn = order == 0 ? stock.take(0) : PageAllocator.NONE;
                return pfn == PageAllocator.NONE ? pages.allocPages(gfp, order) : pfn;
            }

            @Override
            public void give(int pfn, int order) {
                if (order == 0 && stock.hasRoom(0)) {
                    stock.put(0, pfn);
                } else {
                    pages.freePages(pfn, order);
                }
            }
        };
    }

    private static Source source(PageAllocator pages) {
        return new Source() {
            @Override
            public int take(GfpFlags gfp, int order) {
                return pages.allocPages(gfp, order);
            }

            @Override
            public void give(int pfn, int order) {
                pages.freePages(pfn, order);
            }
        };
    }

    private static Machine liveMachine() {
        return new Machine(
                MachineConfig.ofMebibytes(256).withCpus(2).withExecution(Execution.LIVE));
    }

    private static void run(Maker maker) throws InterruptedException {
        try (Machine machine = liveMachine()) {
            PageAllocator pages = new PageAllocator(machine);
            PageAllocator.Totals atStart = pages.totals();
            ConcurrentLinkedQueue<Block> adrift = new ConcurrentLinkedQueue<>();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            for (Thread thread : start(maker, machine, source(pages), failure, adrift)) {
                while (thread.isAlive()) {
                    pages.drainAllPages(machine.cpu(1));
                    pages.validate();
                    thread.join(5);
                }
            }

            assertThat(failure.get()).isNull();
            adrift.forEach(block -> pages.freePages(block.pfn, block.order));
            pages.drainAllPages(machine.cpu(0));
            pages.validate();
            assertThat(pages.totals()).isEqualTo(atStart);
        }
    }

    private static List<Thread> start(Maker maker, Machine machine, Source source,
            AtomicReference<Throwable> failure, ConcurrentLinkedQueue<Block> adrift) {
        List<Thread> threads = new ArrayList<>();
        for (int number = 1; number <= THREADS; number++) {
            Worker worker = new Worker(machine.memory(), source, adrift, number);
            threads.add(maker.make(() -> {
                try {
                    worker.work();
                } catch (Throwable thrown) {
                    failure.compareAndSet(null, thrown);
                }
            }));
        }
        threads.forEach(Thread::start);
        return threads;
    }

    /// One thread: takes pages and signs them, and gives back its own or finds of others.
    private record Worker(PhysicalMemory memory, Source source, ConcurrentLinkedQueue<Block> adrift,
            int number) {

        void work() {
            SplittableRandom random = new SplittableRandom(SEED + number);
            List<Block> held = new ArrayList<>();
            for (int i = 0; i < OPERATIONS; i++) {
                int choice = random.nextInt(16);
                if (choice < 8 && held.size() < HELD_MOST) {
                    held.add(take(random.nextBoolean() ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE,
                            choice == 7 ? random.nextInt(3) : 0));
                } else if (choice < 14 && !held.isEmpty()) {
                    giveBack(held.remove(random.nextInt(held.size())));
                } else if (choice == 14 && !held.isEmpty()) {
                    adrift.add(held.removeLast());
                } else if (choice == 15) {
                    Block found = adrift.poll();
                    if (found != null) {
                        giveBack(found);
                    }
                }
            }
            held.forEach(this::giveBack);
        }

        private Block take(GfpFlags gfp, int order) {
            int pfn = source.take(gfp, order);
            assertThat(pfn).isNotNegative();
            Block block = new Block(pfn, order, pfn * 31L + number);
            memory.putLong(memory.addressOf(pfn), block.cookie);
            memory.putLong(memory.addressOf(pfn) + 4088, ~block.cookie);
            return block;
        }

        private void giveBack(Block block) {
            long address = memory.addressOf(block.pfn);
            assertThat(memory.getLong(address))
                    .as("seed %d, thread %d, pfn 0x%x", SEED, number, block.pfn)
                    .isEqualTo(block.cookie);
            assertThat(memory.getLong(address + 4088)).isEqualTo(~block.cookie);
            memory.putLong(address, -1);
            source.give(block.pfn, block.order);
        }
    }
}
