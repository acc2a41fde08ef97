package org.kmemlab.mempool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Linearizability;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

/// Users of a pool's reserve get and give elements as if they came one after the other. The canary is
/// a reserve without its lock.
class ReserveLincheckTest {

    private static final int ELEMENTS = 3;
    private static final Machine MACHINE = new Machine(
            MachineConfig.ofMebibytes(4).withMemory(MemoryKind.METADATA_ONLY));

    /// If it fails, an element of the reserve goes to two users, or to none.
    @Test
    void guardedReserve_givesEachElementToOne() {
        Linearizability.assertHoldsUnderStress(GuardedCase.class);
    }

    /// If it fails, the pool around the reserve loses elements, hands one out twice, or says that there
    /// is none while one is free.
    @Test
    void pool_whoseSourceFails_givesEachElementToOne() {
        Linearizability.assertHoldsUnderStress(PoolCase.class);
    }

    /// If it fails, the checks above would not notice a reserve whose lock is missing.
    @Test
    void reserve_withoutLock_isCaught() {
        Linearizability.assertIsViolated(CanaryCase.class);
    }

    /// Gives the elements 1 to [#ELEMENTS] and then no more.
    private static final class FewElements implements ElementSource {

        private int given;

        @Override
        public long alloc(Cpu cpu, GfpFlags gfp) {
            return given == ELEMENTS ? 0 : ++given;
        }

        @Override
        public void free(Cpu cpu, long element) {
            throw new IllegalStateException("the reserve of " + ELEMENTS
                    + " had no room for element " + element);
        }
    }

    /// Users who hold any number of elements and give back only what they hold.
    @Param(name = "user", gen = ThreadIdGen.class)
    abstract static class Use {

        private final List<Deque<Long>> held = new ArrayList<>();

        Use() {
            for (int user = 0; user < 8; user++) {
                held.add(new ArrayDeque<>());
            }
        }

        /// 0 if there is none.
        abstract long take();

        abstract void giveBack(long element);

        @Operation
        public long take(@Param(name = "user") int user) {
            long element = take();
            if (element != 0) {
                held.get(user).push(element);
            }
            return element;
        }

        @Operation
        public long giveBack(@Param(name = "user") int user) {
            Long element = held.get(user).poll();
            if (element == null) {
                return 0;
            }
            giveBack(element);
            return element;
        }
    }

    /// The reserve alone.
    public static final class GuardedCase extends Use {

        private final GuardedReserve reserve = new GuardedReserve(Mempool.zeroed(MACHINE),
                new FewElements(), ELEMENTS);

        public GuardedCase() {
            for (long element = 1; element <= ELEMENTS; element++) {
                boolean _ = reserve.pushFresh(element);
            }
        }

        @Override
        long take() {
            return reserve.popOr0(MACHINE.cpu(0));
        }

        @Override
        void giveBack(long element) {
            if (!reserve.putBack(element)) {
                throw new IllegalStateException("no room for element " + element);
            }
        }
    }

    /// A whole pool whose source fails.
    public static final class PoolCase extends Use {

        private final Mempool pool = Objects
                .requireNonNull(
                        Mempool.create(MACHINE, MACHINE.cpu(0), ELEMENTS, new FewElements()));

        @Override
        long take() {
            return pool.alloc(MACHINE.cpu(0), GfpFlags.GFP_ATOMIC);
        }

        @Override
        void giveBack(long element) {
            pool.free(MACHINE.cpu(0), element);
        }
    }

    /// The canary: what a reserve does, without its lock. It stands alone, so that model checking need
    /// not follow it to a machine.
    public static final class CanaryCase extends Use {

        private final long[] elements = {1, 2, 3};
        private int currNr = ELEMENTS;

        @Override
        long take() {
            return currNr == 0 ? 0 : elements[--currNr];
        }

        @Override
        void giveBack(long element) {
            elements[currNr] = element;
            currNr++;
        }
    }
}
