package org.kmemlab.mempool.pools.embedded;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;
import org.kmemlab.machine.Linearizability;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.mempool.pools.PoolLocks;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.RegionSource;

/// Users of the lock-free pool, and of the pool with a lock, get and give blocks as if they came
/// one after the other. The canary changes the head by a look and a write instead of one atomic
/// step; the ABA problem, which needs a longer scenario, is found in [TaggedStackTest].
class LockFreeLincheckTest {

    private static final int BLOCKS = 3;

    /// One page of it is the memory of one case after the other: Lincheck makes thousands.
    private static final Machine MACHINE = new Machine(MachineConfig.ofMebibytes(4));

    /// If it fails, a block of the stack goes to two users, or to none.
    @Test
    void taggedStack_givesEachBlockToOne() {
        Linearizability.assertHolds(StackCase.class);
    }

    /// If it fails, the pool on real memory does what its stack does not.
    @Test
    void lockFreePool_givesEachBlockToOne() {
        Linearizability.assertHoldsUnderStress(PoolCase.class);
    }

    /// If it fails, the lock of a pool does not guard it.
    @Test
    void poolWithALock_givesEachBlockToOne() {
        Linearizability.assertHoldsUnderStress(LockedCase.class);
    }

    /// If it fails, the checks above would not notice a head that two threads change at once.
    @Test
    void stackWithoutAtomicStep_isCaught() {
        Linearizability.assertIsViolated(CanaryCase.class);
    }

    /// Users who hold any number of blocks and give back only what they hold.
    @Param(name = "user", gen = ThreadIdGen.class)
    abstract static class Use {

        private final List<Deque<Long>> held = new ArrayList<>();

        Use() {
            for (int user = 0; user < 8; user++) {
                held.add(new ArrayDeque<>());
            }
        }

        /// A number from 1 on; 0 if there is none.
        abstract long take();

        abstract void giveBack(long block);

        @Operation
        public long take(@Param(name = "user") int user) {
            long block = take();
            if (block != 0) {
                held.get(user).push(block);
            }
            return block;
        }

        @Operation
        public long giveBack(@Param(name = "user") int user) {
            Long block = held.get(user).poll();
            if (block == null) {
                return 0;
            }
            giveBack(block);
            return block;
        }
    }

    /// Words in arrays, so that model checking need not follow them into a machine.
    private static class ArrayWords implements StackWords {

        final AtomicLong head = new AtomicLong();
        private final AtomicIntegerArray links = new AtomicIntegerArray(BLOCKS);

        @Override
        public long head() {
            return head.get();
        }

        @Override
        public boolean compareAndSetHead(long expected, long updated) {
            return head.compareAndSet(expected, updated);
        }

        @Override
        public int link(int index) {
            return links.get(index);
        }

        @Override
        public void setLink(int index, int link) {
            links.set(index, link);
        }
    }

    /// The canary.
    private static final class LookAndWriteWords extends ArrayWords {

        @Override
        public boolean compareAndSetHead(long expected, long updated) {
            if (head.get() != expected) {
                return false;
            }
            head.set(updated);
            return true;
        }
    }

    /// The stack on given words.
    abstract static class OnStack extends Use {

        private final TaggedStack stack;

        OnStack(StackWords words) {
            stack = new TaggedStack(words, BLOCKS);
            stack.fill();
        }

        @Override
        long take() {
            return stack.pop() + 1L;
        }

        @Override
        void giveBack(long block) {
            stack.push((int) block - 1);
        }
    }

    /// Public, as Lincheck asks for.
    public static final class StackCase extends OnStack {

        public StackCase() {
            super(new ArrayWords());
        }
    }

    /// The canary.
    public static final class CanaryCase extends OnStack {

        public CanaryCase() {
            super(new LookAndWriteWords());
        }
    }

    private static RegionSource page() {
        return RegionSource.ofBuffer(MACHINE, MACHINE.memory().addressOf(1), 4096);
    }

    /// A pool on real memory; addresses differ in nothing but their order.
    abstract static class OnPool extends Use {

        private final SizedPool pool;

        OnPool(SizedPool pool) {
            this.pool = pool;
        }

        @Override
        long take() {
            return pool.alloc();
        }

        @Override
        void giveBack(long block) {
            if (!pool.free(block)) {
                throw new IllegalStateException("0x%x was not taken back".formatted(block));
            }
        }
    }

    /// The whole lock-free pool.
    public static final class PoolCase extends OnPool {

        public PoolCase() {
            super(Objects.requireNonNull(LockFreePool.create(MACHINE.cpu(0), page(), 16, BLOCKS,
                    PoolOptions.defaults("free"))));
        }
    }

    /// The pool with a lock.
    public static final class LockedCase extends OnPool {

        public LockedCase() {
            super(locked());
        }

        private static EmbeddedPool locked() {
            EmbeddedPool pool = new EmbeddedPool(MACHINE.cpu(0), page(),
                    PoolOptions.defaults("locked").withLocks(PoolLocks.own()));
            InitCode code = EmbeddedPool.init(pool, 16, BLOCKS);
            if (code != InitCode.GOOD) {
                throw new IllegalStateException("init answers " + code);
            }
            return pool;
        }
    }
}
