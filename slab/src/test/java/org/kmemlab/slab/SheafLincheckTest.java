package org.kmemlab.slab;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;
import org.kmemlab.machine.Linearizability;

/// A [Sheaf] is used by one party at a time, whichever way it is handed over. The canary takes a
/// shared sheaf by a look and a write instead of one atomic step.
class SheafLincheckTest {

    private static final int CAPACITY = 3;

    /// If it fails, two threads work on one shared sheaf at once.
    @Test
    void sharedSheaf_handedOver_isUsedByOneAtATime() {
        Linearizability.assertHolds(SharedCase.class);
    }

    /// If it fails, the check above would not notice a claim that two threads can win.
    @Test
    void sharedSheaf_takenByLookAndWrite_isCaught() {
        Linearizability.assertIsViolated(CanaryCase.class);
    }

    /// If it fails, a sheaf can have two owners, or be given up by one who is not its owner.
    @Test
    void owner_claimedByMany_isOne() {
        Linearizability.assertHolds(OwnerCase.class);
    }

    /// What threads do with a shared sheaf.
    @Param(name = "object", gen = IntGen.class, conf = "1:9")
    abstract static class SharedUse {

        final Sheaf sheaf = new Sheaf(null, 0);

        SharedUse() {
            sheaf.grow(CAPACITY);
        }

        abstract boolean tryAcquire();

        abstract void release();

        private void acquire() {
            while (!tryAcquire()) {
                Thread.onSpinWait();
            }
        }

        @Operation
        public boolean put(@Param(name = "object") int object) {
            acquire();
            try {
                return sheaf.put(object);
            } finally {
                release();
            }
        }

        @Operation
        public long take() {
            acquire();
            try {
                return sheaf.isEmpty() ? 0 : sheaf.take();
            } finally {
                release();
            }
        }
    }

    /// Public, as Lincheck asks for.
    public static final class SharedCase extends SharedUse {

        @Override
        boolean tryAcquire() {
            return sheaf.tryAcquire();
        }

        @Override
        void release() {
            sheaf.release();
        }
    }

    /// The canary: what a sheaf does, not in one step.
    public static final class CanaryCase extends SharedUse {

        private volatile boolean busy;

        @Override
        boolean tryAcquire() {
            if (busy) {
                return false;
            }
            busy = true;
            return true;
        }

        @Override
        void release() {
            busy = false;
        }
    }

    /// Threads that claim a sheaf, take it over and give it up.
    @Param(name = "thread", gen = IntGen.class, conf = "0:2")
    public static final class OwnerCase {

        private final Sheaf sheaf = new Sheaf(null, 0);
        private final Thread[] threads = {new Thread(), new Thread(), new Thread()};

        @Operation
        public boolean claim(@Param(name = "thread") int thread) {
            return sheaf.changeOwner(null, threads[thread]);
        }

        @Operation
        public boolean takeOver(@Param(name = "thread") int dead,
                @Param(name = "thread") int thread) {
            return sheaf.changeOwner(threads[dead], threads[thread]);
        }

        @Operation
        public boolean giveUp(@Param(name = "thread") int thread) {
            return sheaf.changeOwner(threads[thread], null);
        }

        @Operation
        public boolean isOwnedBy(@Param(name = "thread") int thread) {
            return sheaf.isOwnedBy(threads[thread]);
        }
    }
}
