package org.kmemlab.lab.advise;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.api.Kernel;
import org.kmemlab.api.KernelFlags;
import org.kmemlab.lab.workload.Calls;
import org.kmemlab.lab.workload.Workload;
import org.kmemlab.lab.workload.Workloads;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.slab.KmemCache;

class WorkloadAdviceTest {

    /// Holds `held` elements of a pool of one at a time, and copes with getting fewer.
    private record PoolUser(int held, int gfp) implements Workload {

        @Override
        public String name() {
            return "pool-user";
        }

        @Override
        public String description() {
            return "takes elements and gives them back";
        }

        @Override
        public MachineConfig machine() {
            return MachineConfig.ofMebibytes(4);
        }

        @Override
        public void run(Kernel kernel, SplittableRandom random, Calls calls) {
            KmemCache cache = kernel.kmem_cache_create("element", 64, 0, 0, null);
            Mempool pool = kernel.mempool_create_slab_pool(1, cache);
            for (int round = 0; round < 2; round++) {
                long[] taken = new long[held];
                boolean _ = calls.make(() -> {
                    for (int i = 0; i < held; i++) {
                        taken[i] = kernel.mempool_alloc(pool, gfp);
                    }
                    return true;
                });
                for (long element : taken) {
                    kernel.mempool_free(element, pool);
                }
            }
            kernel.mempool_destroy(pool);
            kernel.kmem_cache_destroy(cache);
        }
    }

    /// A request whose failure the program survives would count as served, or one that waits for ever.
    @ParameterizedTest(name = "{0} at once, GFP {1}, outage of {2}: {3}")
    @CsvSource({"3, ATOMIC, 9223372036854775807, 3", "3, KERNEL, 9223372036854775807, 3",
        "3, ATOMIC, 2, 2", "3, KERNEL, 2, 1", "1, ATOMIC, 9223372036854775807, 1"})
    void ownPool_holdsSeveral_needsAsManyAsAnOutageMeets(int held, String gfp, long outage,
            int minNr) {
        int flags = gfp.equals("ATOMIC") ? KernelFlags.GFP_ATOMIC : KernelFlags.GFP_KERNEL;

        OwnPoolAdvice advice = PoolTrials.advise(new PoolUser(held, flags), 1, outage)
                .orElseThrow();

        assertThat(advice.minNr()).isEqualTo(minNr);
        assertThat(advice.minNrNow()).isEqualTo(1);
        if (minNr > 1) {
            assertThat(advice.failedPlace()).contains("mempool_alloc at ", "PoolUser");
        }
    }

    /// The figure would not be the least, or the failing request would not be named.
    @Test
    void packetQueue_wholeRun_needsWhatItKeepsQueued() throws IOException {
        Workload workload = Workloads.named("packet-queue");
        PoolAdvisor advisor = PoolAdvisor.ofWorkload(workload, 1);

        PoolAdvice headers = advisor.advise(PoolAdvisor.WHOLE_RUN).caches().getFirst();

        // Six packets are queued when it delivers them all.
        assertThat(headers.cache()).isEqualTo("packet_head");
        assertThat(headers.minNr()).isEqualTo(6);
        assertThat(advisor.prove(headers, 6)).isEqualTo(new PoolProof(6, 8, 0, 0));
        PoolProof less = advisor.prove(headers, 5);
        assertThat(less.failed()).isEqualTo(1);
        assertThat(advisor.place(less.firstFailedPlace()))
                .matches("by kmem_cache_zalloc at .*PacketQueue\\.receive.*");
        assertThat(PoolTrials.advise(workload, 1, PoolAdvisor.WHOLE_RUN)
                .map(OwnPoolAdvice::minNr)).isEqualTo(Optional.of(3));
    }

    /// A figure of some workload would be too small or too large: a real pool says so.
    @ParameterizedTest
    @ValueSource(longs = {1, 6, PoolAdvisor.WHOLE_RUN})
    void everyWorkload_anyOutage_isProven(long outage) throws IOException {
        long proven = 0;
        for (Workload workload : Workloads.good()) {
            PoolAdvisor advisor = PoolAdvisor.ofWorkload(workload, 7);
            List<PoolAdvice> caches = advisor.advise(outage).caches();
            for (PoolAdvice cache : caches) {
                if (cache.minNr() == 0) {
                    assertThat(cache.atomicRequests()).as("%s", cache).isZero();
                    continue;
                }
                int minNr = Math.toIntExact(cache.minNr());
                assertThat(advisor.prove(cache, minNr).failed()).as("%s", cache).isZero();
                assertThat(advisor.prove(cache, minNr - 1).failed()).as("%s", cache)
                        .isPositive();
                proven++;
            }
        }
        assertThat(proven).isGreaterThan(3);
    }
}
