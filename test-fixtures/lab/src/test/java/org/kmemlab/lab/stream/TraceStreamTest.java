package org.kmemlab.lab.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.replay.BundledTrace;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceEventKind;

/// If these failed, allocators would be compared on something else than what was recorded.
class TraceStreamTest {

    private static String alloc(int pid, int cpu, String pointer, String site, int requested,
            int allocated) {
        return "  task-%d [%03d] ..... 1.000001: kmem_cache_alloc: call_site=%s+0x1/0x9"
                .formatted(pid, cpu, site)
                + " ptr=ffff88800000%s bytes_req=%d bytes_alloc=%d".formatted(pointer, requested,
                        allocated)
                + " gfp_flags=GFP_KERNEL node=-1 accounted=false\n";
    }

    private static String kmalloc(int pid, String pointer, int requested) {
        return alloc(pid, 0, pointer, "f", requested, 64).replace("kmem_cache_alloc", "kmalloc");
    }

    private static String free(int cpu, String pointer, String cache) {
        return "  task-9 [%03d] ..... 1.000002: kmem_cache_free: call_site=g+0x1/0x9"
                .formatted(cpu) + " ptr=ffff88800000%s name=%s\n".formatted(pointer, cache);
    }

    private static List<String> requests(String trace) throws IOException {
        byte[] bytes = trace.getBytes(StandardCharsets.US_ASCII);
        TraceSource source = new TraceSource("test", "a test",
                () -> RecordedFile.of("test", new ByteArrayInputStream(bytes)));
        Discipline.of(source.open(1));
        List<String> requests = new ArrayList<>();
        try (RequestStream stream = source.open(1)) {
            while (stream.next()) {
                requests.add("%s %s/%d/%d %d cpu%d #%d".formatted(
                        stream.isAlloc() ? "alloc" : "free", stream.kind().name(),
                        stream.kind().objectSize(), stream.kind().task(), stream.bytes(),
                        stream.cpu(), stream.block()));
            }
        }
        return requests;
    }

    @Test
    void stream_cacheObject_isNamedByALaterFree() throws IOException {
        List<String> requests = requests(alloc(5, 0, "1000", "open", 224, 256)
                + alloc(5, 1, "2000", "open", 224, 256) + free(1, "1000", "filp"));

        assertThat(requests).containsExactly("alloc filp/224/1 224 cpu0 #0",
                "alloc filp/224/1 224 cpu1 #1", "free filp/224/1 224 cpu1 #0");
    }

    @Test
    void stream_twoCallSitesOfOneSize_keepTheirCachesApart() throws IOException {
        List<String> requests = requests(alloc(5, 0, "1000", "a", 64, 64) + free(0, "1000", "x")
                + alloc(5, 0, "1000", "b", 64, 64) + free(0, "1000", "y")
                + alloc(5, 0, "1000", "c", 64, 64));

        assertThat(requests).extracting(line -> line.substring(0, 9)).containsExactly("alloc x/6",
                "free x/64", "alloc y/6", "free y/64", "alloc x/6");
    }

    @Test
    void stream_nobodyNamesTheCache_itIsOneOfItsSizes() throws IOException {
        assertThat(requests(alloc(5, 0, "1000", "a", 60, 64)))
                .containsExactly("alloc unnamed-60-64/60/1 60 cpu0 #0");
    }

    @Test
    void stream_addressHandedOutAgain_freesTheOldBlockFirst() throws IOException {
        List<String> requests = requests(kmalloc(5, "1000", 50) + kmalloc(6, "1000", 60));

        assertThat(requests).containsExactly("alloc kmalloc/0/1 50 cpu0 #0",
                "free kmalloc/0/1 50 cpu0 #0", "alloc kmalloc/0/2 60 cpu0 #0");
    }

    @Test
    void stream_freeOfAnOlderObjectOrOfNothing_isPassedOver() throws IOException {
        String zeroSize = "  t-1 [000] ..... 1.0: kmalloc: call_site=f+0x1/0x9"
                + " ptr=0000000000000010 bytes_req=0 bytes_alloc=0 gfp_flags=GFP_KERNEL node=-1"
                + " accounted=false\n";
        String nothing = "  t-1 [000] ..... 1.0: kfree: call_site=f+0x1/0x9"
                + " ptr=0000000000000000\n";

        assertThat(requests(free(0, "3000", "filp") + zeroSize + nothing)).isEmpty();
    }

    @Test
    void bundledTrace_whole_hasTheObjectsThatACountFinds() throws IOException {
        long allocations = 0;
        try (TraceCursor cursor = new TraceCursor(BundledTrace.open())) {
            while (cursor.next()) {
                TraceEventKind kind = cursor.kind();
                allocations += kind.isObjectAlloc() && cursor.pointer() > 16 ? 1 : 0;
                allocations += kind.isObjectAlloc() && cursor.pointer() < 0 ? 1 : 0;
            }
        }
        StreamSurvey survey = StreamSurvey.of(TraceSource.bundled().open(1));
        Discipline seen = Discipline.of(TraceSource.bundled().open(2));

        assertThat(survey.allocations()).isEqualTo(allocations).isPositive();
        assertThat(seen.events()).isEqualTo(survey.events());
        assertThat(seen.live()).isEqualTo(survey.allocations() - survey.frees());
        assertThat(survey.cpus()).isEqualTo(1);
    }
}
