package org.kmemlab.slab;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelLock;
import org.kmemlab.machine.VirtualClock;

/// Memory that is freed only after a grace period, gathered into batches (`kfree_rcu`).
///
/// ```text
///   kfree_rcu ─► block of pointers ─► block ...     of each CPU; a block fills a page
///                     │ 5 s after the first pointer, 1 jiffy after a full block
///                     ▼
///                two batches, each waiting for its grace period ─► bulk free
/// ```
///
/// Few grace periods serve many objects, and objects of one slab come back in one operation. While
/// both batches of a CPU wait, further pointers stay where they are and the CPU tries again later.
/// Newer kernels free a block at once whose last pointer has waited long enough by then.
///
/// Differs from Linux: blocks are no pages of the machine, so short memory does not force objects
/// onto a chain that is freed one by one.
///
/// **Locking.** The machine's lock.
final class KfreeRcu {

    private static final int BATCHES = 2;
    private static final int PAGE_BYTES = 4096;
    private static final int DRAIN_SECONDS = 5;
    private static final int DRAIN_NOW_JIFFIES = 1;
    private static final long NEVER = Long.MAX_VALUE;

    /// Pointers in the order they came, and when the last one came.
    private static final class Block {
        final long[] addresses;
        int count;
        long filledJiffies;

        Block(int capacity) {
            addresses = new long[capacity];
        }
    }

    /// What one CPU has gathered; the newest block is the first.
    private static final class PerCpu {
        final Cpu cpu;
        final Deque<Block> blocks = new ArrayDeque<>();
        int waiting;
        int batchesUnderWay;
        long drainJiffies = NEVER;

        PerCpu(Cpu cpu) {
            this.cpu = cpu;
        }
    }

    private final SlabAllocator allocator;
    private final VirtualClock clock;
    private final RcuClock rcu;
    private final KernelLock lock;
    private final boolean freesReadyBlocks;
    private final boolean refusesMisuse;
    private final int blockCapacity;
    private final List<PerCpu> cpus = new ArrayList<>();
    /// All that was taken and not freed, to find what is given twice.
    private final Set<Long> taken = new HashSet<>();

    KfreeRcu(SlabAllocator allocator) {
        this.allocator = allocator;
        this.clock = allocator.machine().clock();
        this.rcu = allocator.rcu();
        this.lock = allocator.machine().lock();
        SlabRules rules = allocator.settings().rules();
        this.freesReadyBlocks = rules.freesReadyRcuBlocks();
        this.refusesMisuse = allocator.misusePolicy() == MisusePolicy.REFUSE;
        this.blockCapacity = (PAGE_BYTES - rules.rcuBlockHeaderBytes()) / Long.BYTES;
        allocator.machine().cpus().forEach(cpu -> cpus.add(new PerCpu(cpu)));
    }

    /// Takes memory that is to be freed.
    ///
    /// @throws SlabBugException if it was taken already and is not freed yet
    void add(Cpu cpu, long address) {
        locked(() -> addLocked(cpu, address));
    }

    private void locked(Runnable work) {
        lock.acquire();
        try {
            work.run();
        } finally {
            lock.release();
        }
    }

    /// Throws if an address was taken already and is not freed yet, and that is refused.
    void refuseTaken(long address) {
        if (refusesMisuse && taken.contains(address)) {
            Slab slab = allocator.table().at(address);
            throw new SlabBugException(new SlabBug.DoubleFree(
                    slab == null ? "kmalloc" : slab.cache.name(), address));
        }
    }

    private void addLocked(Cpu cpu, long address) {
        refuseTaken(address);
        if (refusesMisuse) {
            taken.add(address);
        }
        PerCpu mine = cpus.get(cpu.id());
        Block block = mine.blocks.peekFirst();
        if (block == null || block.count == blockCapacity) {
            block = new Block(blockCapacity);
            mine.blocks.addFirst(block);
        }
        block.addresses[block.count++] = address;
        block.filledJiffies = clock.jiffies();
        mine.waiting++;
        schedule(mine);
    }

    /// Pointers that no batch has taken yet, of all CPUs.
    int waiting() {
        return cpus.stream().mapToInt(mine -> mine.waiting).sum();
    }

    private void schedule(PerCpu mine) {
        long delay = mine.waiting >= blockCapacity ? DRAIN_NOW_JIFFIES
                : (long) DRAIN_SECONDS * clock.hz();
        long due = clock.jiffies() + delay;
        if (due < mine.drainJiffies) {
            mine.drainJiffies = due;
            clock.after(delay, () -> locked(() -> drainIfDue(mine, due)));
        }
    }

    /// A timer that was overtaken by an earlier one finds another time than its own.
    private void drainIfDue(PerCpu mine, long due) {
        if (mine.drainJiffies == due) {
            drain(mine);
        }
    }

    private void drain(PerCpu mine) {
        mine.drainJiffies = NEVER;
        List<Block> ready = freesReadyBlocks ? takeReady(mine) : List.of();
        if (!mine.blocks.isEmpty() && mine.batchesUnderWay < BATCHES) {
            List<Block> batch = List.copyOf(mine.blocks);
            mine.blocks.clear();
            mine.waiting = 0;
            mine.batchesUnderWay++;
            rcu.call(() -> locked(() -> {
                mine.batchesUnderWay--;
                free(mine.cpu, batch);
            }));
        }
        if (!mine.blocks.isEmpty()) {
            schedule(mine);
        }
        free(mine.cpu, ready);
    }

    private List<Block> takeReady(PerCpu mine) {
        List<Block> ready = new ArrayList<>();
        long filledLast = clock.jiffies() - Math.max(1, rcu.graceJiffies());
        mine.blocks.removeIf(block -> {
            boolean isReady = block.filledJiffies <= filledLast;
            if (isReady) {
                ready.add(block);
                mine.waiting -= block.count;
            }
            return isReady;
        });
        return ready;
    }

    /// Frees until everything that was taken before the call is freed (`kvfree_rcu_barrier`).
    void barrier() {
        locked(this::barrierLocked);
    }

    private void barrierLocked() {
        while (cpus.stream().anyMatch(mine -> mine.waiting + mine.batchesUnderWay > 0)) {
            for (PerCpu mine : cpus) {
                if (mine.waiting > 0) {
                    drain(mine);
                }
            }
            rcu.barrier();
        }
    }

    /// Frees all that may be freed, and only then complains about what may not.
    private void free(Cpu cpu, List<Block> blocks) {
        SlabBugException first = null;
        for (Block block : blocks) {
            SlabBugException bug = refusesMisuse ? keepFreeable(block) : null;
            first = first == null ? bug : first;
            allocator.kmalloc().freeBulk(cpu, block.addresses, 0, block.count);
        }
        if (first != null) {
            throw first;
        }
    }

    /// Takes out of a block what somebody else has freed meanwhile.
    private @Nullable SlabBugException keepFreeable(Block block) {
        SlabBugException first = null;
        int kept = 0;
        for (int i = 0; i < block.count; i++) {
            taken.remove(block.addresses[i]);
            try {
                allocator.kmalloc().requireAllocated(block.addresses[i]);
                block.addresses[kept++] = block.addresses[i];
            } catch (SlabBugException bug) {
                first = first == null ? bug : first;
            }
        }
        block.count = kept;
        return first;
    }
}
