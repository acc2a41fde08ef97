package org.kmemlab.lab.advise;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.trace.TraceCursor;

class PoolAdvisorTest {

    private static PoolAdvisor advisor(List<String> lines) throws IOException {
        byte[] text = String.join("\n", lines).concat("\n").getBytes(StandardCharsets.US_ASCII);
        return PoolAdvisor.ofTrace(() -> new TraceCursor(RecordedFile.of("made", text, 4096)));
    }

    private static String alloc(int slot, String gfp) {
        return "sh-1 [000] ..... 1.0: kmalloc: call_site=f ptr=%016x bytes_req=64 bytes_alloc=64"
                .formatted(0xffff_8880_0010_0000L + slot * 64L) + " gfp_flags=" + gfp
                + " node=-1 accounted=false";
    }

    private static String free(int slot) {
        return "sh-1 [000] ..... 1.0: kfree: call_site=g ptr=%016x"
                .formatted(0xffff_8880_0010_0000L + slot * 64L);
    }

    private static String object(int slot, int bytes) {
        return "sh-1 [000] ..... 1.0: kmem_cache_alloc: call_site=f ptr=%016x bytes_req=%d"
                .formatted(0xffff_8880_0020_0000L + slot * 512L, bytes) + " bytes_alloc=" + bytes
                + " gfp_flags=GFP_ATOMIC node=-1 accounted=false";
    }

    private static String freeObject(int slot, String cache) {
        return "sh-1 [000] ..... 1.0: kmem_cache_free: call_site=g ptr=%016x name=%s"
                .formatted(0xffff_8880_0020_0000L + slot * 512L, cache);
    }

    private static List<String> randomTrace(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> frees = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < 120; i++) {
            boolean isFree = !frees.isEmpty() && random.nextInt(100) < 45;
            if (isFree) {
                lines.add(frees.remove(random.nextInt(frees.size())));
            } else {
                frees.add(free(next));
                lines.add(alloc(next++, random.nextInt(3) == 0 ? "GFP_KERNEL" : "GFP_ATOMIC"));
            }
        }
        return lines;
    }

    /// The reserve would be too small for some outage, or larger than any needs: a real pool says so,
    /// run through every outage of that length.
    @ParameterizedTest(name = "seed {0}, outage of {1} events")
    @CsvSource({"1, 1", "2, 5", "3, 20", "4, 60", "5, 200"})
    void advise_anyOutage_isTheLeastThatARealPoolNeeds(long seed, int outage) throws IOException {
        PoolAdvisor advisor = advisor(randomTrace(seed));

        PoolAdvice advice = advisor.advise(outage).caches().getFirst();

        int minNr = Math.toIntExact(advice.minNr());
        assertThat(minNr).isPositive();
        long failedWithLess = 0;
        for (int from = 1; from <= 120; from++) {
            PoolAdvice at = new PoolAdvice("kmalloc-64", minNr, 0, 0, from, from + outage - 1L, 0);
            assertThat(advisor.prove(at, minNr).failed()).as("seed %d, outage from %d", seed, from)
                    .isZero();
            failedWithLess += advisor.prove(at, minNr - 1).failed();
        }
        assertThat(failedWithLess).isPositive();
        assertThat(advisor.prove(advice, minNr - 1).firstFailedPlace()).isEqualTo(advice.toPlace());
    }

    /// An allocation that does not name its cache would count for another one.
    @Test
    void advise_objectsWithoutName_belongToTheCacheTheyAreFreedTo() throws IOException {
        PoolAdvisor advisor = advisor(List.of(object(1, 64), object(2, 128), object(3, 64),
                freeObject(1, "foo"), freeObject(2, "bar"), object(4, 256)));

        List<PoolAdvice> found = advisor.advise(PoolAdvisor.WHOLE_RUN).caches();

        assertThat(found).containsExactly(new PoolAdvice("foo", 2, 2, 2, 1, 3, 3),
                new PoolAdvice("bar", 1, 1, 1, 2, 2, 2),
                new PoolAdvice("objects of 256 bytes at f", 1, 1, 1, 6, 6, 6));
    }

    /// Requests that may wait would take a reserve that is not meant for them.
    @Test
    void advise_noAtomicRequest_needsNothing() throws IOException {
        PoolAdvisor advisor = advisor(List.of(alloc(1, "GFP_KERNEL"), alloc(2, "GFP_NOFS"),
                free(7)));

        assertThat(advisor.advise(PoolAdvisor.WHOLE_RUN).caches())
                .containsExactly(new PoolAdvice("kmalloc-64", 0, 0, 2, 0, 0, 0));
    }
}
