package org.kmemlab.slab;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.Linearizability;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

/// A live cache and live `kmalloc` as their users see them: which address they get is open, but it is
/// nobody else's, also while somebody gives stock back.
class LiveCacheLincheckTest {

    /// If it fails, two users hold one object, or an object that is held is refused.
    @Test
    void allocAndFree_besideShrink_giveEachObjectToOne() {
        Linearizability.assertHoldsUnderStress(CacheCase.class);
    }

    /// Users of one cache and of `kmalloc`. All scenarios share a machine: what a cache went through
    /// before changes no answer.
    @Param(name = "user", gen = ThreadIdGen.class)
    public static final class CacheCase {

        private static final Machine MACHINE = new Machine(MachineConfig.ofMebibytes(64)
                .withCpus(2).withExecution(Execution.LIVE));
        private static final SlabAllocator SLAB = new SlabAllocator(new PageAllocator(MACHINE));
        private static final KmemCache CACHE = SLAB.createCache(KmemCacheArgs.of("users", 96));

        private final Set<Long> inUse = ConcurrentHashMap.newKeySet();
        private final List<Deque<Long>> objects = new ArrayList<>();
        private final List<Deque<Long>> blocks = new ArrayList<>();

        public CacheCase() {
            for (int user = 0; user < 8; user++) {
                objects.add(new ArrayDeque<>());
                blocks.add(new ArrayDeque<>());
            }
        }

        @Operation
        public boolean alloc(@Param(name = "user") int user) {
            return take(objects.get(user), CACHE.alloc(GfpFlags.GFP_KERNEL));
        }

        @Operation
        public boolean kmalloc(@Param(name = "user") int user) {
            return take(blocks.get(user), SLAB.kmalloc().kmalloc(100, GfpFlags.GFP_KERNEL));
        }

        private boolean take(Deque<Long> held, long address) {
            held.push(address);
            return address != 0 && inUse.add(address);
        }

        @Operation
        public boolean free(@Param(name = "user") int user) {
            Long object = objects.get(user).poll();
            if (object == null) {
                return false;
            }
            inUse.remove(object);
            CACHE.free(object);
            return true;
        }

        @Operation
        public boolean kfree(@Param(name = "user") int user) {
            Long block = blocks.get(user).poll();
            if (block == null) {
                return false;
            }
            inUse.remove(block);
            SLAB.kmalloc().kfree(block);
            return true;
        }

        /// One at a time, because it names a CPU.
        @Operation(nonParallelGroup = "shrink")
        public void shrink() {
            boolean _ = CACHE.shrink(MACHINE.cpu(1));
        }
    }
}
