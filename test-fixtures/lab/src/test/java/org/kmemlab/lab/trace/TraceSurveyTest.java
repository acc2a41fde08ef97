package org.kmemlab.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

import org.junit.jupiter.api.Test;

/// Guards what a machine is built from. If it failed, a replay would run out of CPUs or memory.
class TraceSurveyTest {

    /// Broken: CPUs or page frames beyond the machine would end the replay.
    @Test
    void of_trace_findsTheHighestCpuAndFrame() throws IOException {
        TraceSurvey survey = TraceSurvey.of(TraceText.cursor("""
                # #P:2
                a-1 [005] ..... 3.2: kfree: ptr=ffff888002e16240
                a-1 [000] ..... 3.2: mm_page_alloc: pfn=0x100 order=3 migratetype=0 gfp_flags=none
                a-1 [000] ..... 3.2: mm_page_alloc: pfn=-1 order=3 migratetype=0 gfp_flags=none
                """));

        assertThat(survey.cpus()).isEqualTo(6);
        assertThat(survey.endPfn()).isEqualTo(0x108);
        assertThat(survey.hashedPointers()).isFalse();
        assertThat(survey.namedAllocations()).isFalse();
        assertThat(survey.counts().events()).isEqualTo(3);
    }

    /// Broken: hashed addresses would be compared with page frames.
    @Test
    void of_hashedPointersAndNames_saysSo() throws IOException {
        TraceSurvey survey = TraceSurvey.of(TraceText.cursor("# #P:4\n"
                + TraceText.tracefs("kmem_cache_alloc",
                        "ptr=00000000abcd1234 name=x bytes_req=1 bytes_alloc=8 gfp_flags=none")));

        assertThat(survey.cpus()).isEqualTo(4);
        assertThat(survey.endPfn()).isZero();
        assertThat(survey.hashedPointers()).isTrue();
        assertThat(survey.namedAllocations()).isTrue();
    }
}
