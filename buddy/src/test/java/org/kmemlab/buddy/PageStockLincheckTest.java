package org.kmemlab.buddy;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kmemlab.machine.Linearizability;

/// A [PageStock] has one owner at a time. The canary claims it by a look and a write instead of one
/// atomic step.
class PageStockLincheckTest {

    /// If it fails, a stock can have two owners, or be given up by one who is not its owner.
    @Test
    void owner_claimedByMany_isOne() {
        Linearizability.assertHolds(OwnerCase.class);
    }

    /// If it fails, the check above would not notice a claim that two threads can win.
    @Test
    void owner_claimedByLookAndWrite_isCaught() {
        Linearizability.assertIsViolated(CanaryCase.class);
    }

    /// What threads do with the owner of a stock.
    @Param(name = "thread", gen = IntGen.class, conf = "0:2")
    abstract static class Owners {

        private final Thread[] threads = {new Thread(), new Thread(), new Thread()};

        abstract boolean change(@Nullable Thread expected, @Nullable Thread next);

        @Operation
        public boolean claim(@Param(name = "thread") int thread) {
            return change(null, threads[thread]);
        }

        @Operation
        public boolean takeOver(@Param(name = "thread") int dead,
                @Param(name = "thread") int thread) {
            return change(threads[dead], threads[thread]);
        }

        @Operation
        public boolean giveUp(@Param(name = "thread") int thread) {
            return change(threads[thread], null);
        }
    }

    /// Public, as Lincheck asks for.
    public static final class OwnerCase extends Owners {

        private final PageStock stock = new PageStock(4);

        @Override
        boolean change(@Nullable Thread expected, @Nullable Thread next) {
            return stock.changeOwner(expected, next);
        }
    }

    /// The canary: what a stock does, not in one step.
    public static final class CanaryCase extends Owners {

        private volatile @Nullable Thread owner;

        @SuppressWarnings("ReferenceEquality") // a thread is equal to itself only
        @Override
        boolean change(@Nullable Thread expected, @Nullable Thread next) {
            if (owner != expected) {
                return false;
            }
            owner = next;
            return true;
        }
    }
}
