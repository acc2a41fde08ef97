package org.kmemlab.lab.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.KernelPolicies;
import org.kmemlab.lab.policy.Policy;
import org.kmemlab.lab.policy.PolicyEntry;
import org.kmemlab.lab.policy.PolicyUsage;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.lab.stream.GeneratedStreams;
import org.kmemlab.lab.stream.RequestStream;
import org.kmemlab.machine.Cpu;

/// If these failed, an allocator that hands out memory twice, or loses some, would win comparisons.
class MeasuredRunTest {

    private static final PolicyEntry SLUB = KernelPolicies.all().getFirst();

    /// Passes everything on; a test overrides what is to go wrong.
    private static class Passing implements Policy {
        final Policy policy;

        Passing(Policy policy) {
            this.policy = policy;
        }

        @Override
        public long alloc(Cpu cpu, RequestKind kind, int bytes) {
            return policy.alloc(cpu, kind, bytes);
        }

        @Override
        public void free(Cpu cpu, RequestKind kind, long address) {
            policy.free(cpu, kind, address);
        }

        @Override
        public long usableSize(long address) {
            return policy.usableSize(address);
        }

        @Override
        public PolicyUsage usage() {
            return policy.usage();
        }

        @Override
        public void validate() {
            policy.validate();
        }

        @Override
        public void close() {
            policy.close();
        }
    }

    private static RunResult run(RequestStream stream, long events,
            UnaryOperator<Policy> defect) throws IOException {
        PolicyEntry entry = new PolicyEntry("test", "test", "", "", SLUB.profile(),
                pages -> defect.apply(SLUB.maker().apply(pages)));
        return MeasuredRun.run(entry, MeasuredRun.machine(32, 4, 1), stream, events, 10,
                served -> {
                });
    }

    private static String problem(UnaryOperator<Policy> defect) throws IOException {
        String problem = run(GeneratedStreams.named("zipf", 5_000).open(1), 5_000, defect)
                .problem();
        return problem == null ? "nothing" : problem;
    }

    @Test
    void run_goodPolicy_hasNoProblem() throws IOException {
        assertThat(problem(policy -> policy)).isEqualTo("nothing");
    }

    @Test
    void run_memoryGivenTwice_isFound() throws IOException {
        RunResult result = run(new ListedStream().alloc(0, 64, 0).alloc(1, 64, 0).free(0, 0), 3,
                policy -> new Passing(policy) {
                    private long last;

                    @Override
                    public long alloc(Cpu cpu, RequestKind kind, int bytes) {
                        last = last != 0 ? last : policy.alloc(cpu, kind, bytes);
                        return last;
                    }
                });

        assertThat(result.problem()).contains("after 3 requests: ",
                "does not hold what was written");
    }

    @Test
    void run_policyRefusesAFree_isFound() throws IOException {
        String problem = problem(policy -> new Passing(policy) {
            @Override
            public void free(Cpu cpu, RequestKind kind, long address) {
                policy.free(cpu, kind, address + 1);
            }
        });

        assertThat(problem).contains(" requests: ", "no object starts at");
    }

    @Test
    void run_bytesOfABlockOverwritten_isFound() throws IOException {
        List<Long> addresses = new ArrayList<>();
        PolicyEntry entry = new PolicyEntry("test", "test", "", "", SLUB.profile(), pages -> {
            Policy slub = SLUB.maker().apply(pages);
            return new Passing(slub) {
                @Override
                public long alloc(Cpu cpu, RequestKind kind, int bytes) {
                    if (!addresses.isEmpty()) {
                        pages.machine().memory().putByte(addresses.getFirst() + 99, (byte) 1);
                    }
                    addresses.add(slub.alloc(cpu, kind, bytes));
                    return addresses.getLast();
                }
            };
        });
        RequestStream stream = new ListedStream().alloc(0, 100, 0).alloc(1, 100, 0).free(0, 0);

        RunResult result = MeasuredRun.run(entry, MeasuredRun.machine(32, 1, 1), stream, 3, 1,
                served -> {
                });

        assertThat(result.problem())
                .contains("after 3 requests: ", "the block of 100 bytes at 0xffff8880")
                .contains("does not hold what was written");
    }

    @Test
    void run_pageLost_isFound() throws IOException {
        PolicyEntry leaking = new PolicyEntry("test", "test", "", "", SLUB.profile(), pages -> {
            int lost = pages.allocPages(pages.machine().cpu(0), GfpFlags.GFP_KERNEL, 0);
            assertThat(lost).isNotEqualTo(PageAllocator.NONE);
            return SLUB.maker().apply(pages);
        });

        RunResult result = MeasuredRun.run(leaking, MeasuredRun.machine(32, 1, 1),
                new ListedStream().alloc(0, 8, 0), 1, 1, served -> {
                });

        assertThat(result.problem()).isEqualTo("1 pages were not given back when it was closed");
    }

    @Test
    void run_blockForgotten_isFound() throws IOException {
        assertThat(problem(policy -> new Passing(policy) {
            private int frees;

            @Override
            public void free(Cpu cpu, RequestKind kind, long address) {
                if (++frees != 100) {
                    policy.free(cpu, kind, address);
                }
            }
        })).isEqualTo("1 blocks in use after all were freed");
    }

    @Test
    void run_policyInvalid_isFound() throws IOException {
        assertThat(problem(policy -> new Passing(policy) {
            @Override
            public void validate() {
                throw new IllegalStateException("list is broken");
            }
        })).contains("list is broken");
    }

    @Test
    void series_knownRequests_hasTheirFigures() throws IOException {
        ListedStream stream = new ListedStream().alloc(0, 100, 0).alloc(1, 60, 1).free(0, 2)
                .alloc(2, 8_000_000, 0);

        RunResult result = run(stream, stream.size(), policy -> policy);

        Series series = result.series();
        assertThat(result.problem()).isNull();
        assertThat(series.events()).containsExactly(0, 1, 2, 3, 4);
        assertThat(series.values(Measure.BLOCKS)).containsExactly(0, 1, 2, 1, 1);
        assertThat(series.values(Measure.REQUESTED_BYTES)).containsExactly(0, 100, 160, 60, 60);
        assertThat(series.values(Measure.USABLE_BYTES)).containsExactly(0, 128, 192, 64, 64);
        assertThat(series.values(Measure.CROSS_CPU_FREES)).containsExactly(0, 0, 0, 1, 1);
        assertThat(series.values(Measure.FAILED_REQUESTS)).containsExactly(0, 0, 0, 0, 1);
        assertThat(series.values(Measure.PAGE_BYTES)).containsExactly(0, 4096, 8192, 8192, 8192);
        assertThat(series.values(Measure.RESIDENT_BYTES)).containsOnly(Measure.ABSENT);
        assertThat(result.summary().get(SummaryMeasure.PEAK_REQUESTED_BYTES)).isEqualTo(160);
        assertThat(result.summary().get(SummaryMeasure.FAILED_REQUESTS)).isEqualTo(1);
        assertThat(result.summary().get(SummaryMeasure.PEAK_PAGES_PER_REQUESTED))
                .isEqualTo(8192 / 160.0);
    }

    @Test
    void series_longStream_isBounded() throws IOException {
        RunResult result = run(GeneratedStreams.named("exponential", 5_003).open(1), 5_003,
                policy -> policy);

        assertThat(result.series().rows()).isBetween(10, 12);
    }
}
