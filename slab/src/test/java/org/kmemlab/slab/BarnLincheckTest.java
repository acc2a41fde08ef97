package org.kmemlab.slab;

import java.util.Arrays;
import java.util.List;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;
import org.kmemlab.machine.Linearizability;

/// A [Barn] used by several threads behaves as if they came one after the other. The canary is a
/// barn without a lock, which the same check must reject.
class BarnLincheckTest {

    private static final int CAPACITY = 3;

    /// If it fails, the barn hands one object out twice, loses one, or miscounts.
    @Test
    void takeAndPut_concurrently_areAtomic() {
        Linearizability.assertHolds(BarnCase.class);
    }

    /// If it fails, the check above would not notice a barn whose lock is missing.
    @Test
    void takeAndPut_withoutLock_areCaught() {
        Linearizability.assertIsViolated(CanaryCase.class);
    }

    /// What threads do with a barn; objects come in batches of one and two.
    @Param(name = "object", gen = IntGen.class, conf = "1:9")
    abstract static class BarnUse {

        abstract int take(long[] into, int wanted);

        abstract int put(long[] from, int offered);

        @Operation
        public List<Long> takeOne() {
            return taken(1);
        }

        @Operation
        public List<Long> takeTwo() {
            return taken(2);
        }

        private List<Long> taken(int wanted) {
            long[] into = new long[wanted];
            return Arrays.stream(into, 0, take(into, wanted)).boxed().toList();
        }

        @Operation
        public int putOne(@Param(name = "object") int object) {
            return put(new long[] {object}, 1);
        }

        @Operation
        public int putTwo(@Param(name = "object") int object) {
            return put(new long[] {object, 10 + object}, 2);
        }
    }

    /// Public, as Lincheck asks for.
    public static final class BarnCase extends BarnUse {

        private final Barn barn = new Barn(CAPACITY);

        @Override
        int take(long[] into, int wanted) {
            return barn.take(into, wanted);
        }

        @Override
        int put(long[] from, int offered) {
            return barn.put(from, offered);
        }
    }

    /// The canary: what a barn does, without its lock.
    public static final class CanaryCase extends BarnUse {

        private final long[] objects = new long[CAPACITY];
        private int count;

        @Override
        int take(long[] into, int wanted) {
            int taken = Math.min(wanted, count);
            System.arraycopy(objects, count - taken, into, 0, taken);
            count -= taken;
            return taken;
        }

        @Override
        int put(long[] from, int offered) {
            int put = Math.min(offered, CAPACITY - count);
            System.arraycopy(from, 0, objects, count, put);
            count += put;
            return put;
        }
    }
}
