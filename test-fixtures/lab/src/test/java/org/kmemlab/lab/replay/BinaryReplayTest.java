package org.kmemlab.lab.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceSurvey;
import org.kmemlab.lab.trace.TraceWriter;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.slab.SlabAllocator;

/// Guards that a trace does the same in both forms: object numbers instead of addresses must not
/// change what a replay finds, above all where it must infer what became of an object.
class BinaryReplayTest {

    private record Outcome(TraceSurvey survey, ReplayResult result, String end) {}

    private static byte[] text(String trace) throws IOException {
        try (InputStream in = BinaryReplayTest.class
                .getResourceAsStream("/oracle/traces/" + trace + "/trace.txt.gz")) {
            return new GZIPInputStream(in).readAllBytes();
        }
    }

    private static byte[] binary(byte[] text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TraceCursor cursor = cursor(text)) {
            TraceWriter.write(cursor, out);
        }
        return out.toByteArray();
    }

    private static TraceCursor cursor(byte[] content) throws IOException {
        return new TraceCursor(RecordedFile.of("test", content, RecordedFile.CHUNK_BYTES));
    }

    private static Outcome replay(byte[] content) throws IOException {
        TraceSurvey survey;
        try (TraceCursor cursor = cursor(content)) {
            survey = TraceSurvey.of(cursor);
        }
        try (Machine machine = new Machine(ReplayMachine.config(survey, KernelProfile.C61));
                TraceCursor cursor = cursor(content)) {
            PageAllocator pages = new PageAllocator(machine);
            SlabAllocator slabs = new SlabAllocator(pages);
            TraceReplay replay = new TraceReplay(slabs);

            replay.run(cursor);
            String end = replay.caches() + "\n" + pages.snapshot();
            ReplayResult result = replay.result();
            replay.freeAll();

            pages.validate();
            slabs.validate();
            return new Outcome(survey, result, end + "\n" + replay.caches());
        }
    }

    /// Broken: pages given back with objects in them, objects older than the trace, or the sequence
    /// of frees would differ.
    @ParameterizedTest
    @ValueSource(strings = {"c61_SLAB_smp1_slab_small1", "c61_smp1_fs1", "c61_smp2_ext2s2",
        "c61_smp2_busy2", "deb61_smp2_dsmall2", "deb61x_smp1_dxfork1"})
    void run_bothForms_endTheSame(String trace) throws IOException {
        byte[] text = text(trace);

        Outcome ofText = replay(text);

        assertThat(replay(binary(text))).isEqualTo(ofText);
        assertThat(ofText.result().events().total()).isPositive();
    }
}
