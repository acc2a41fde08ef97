package org.kmemlab.lab.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.lab.replay.ReplayBucket.FAILED;
import static org.kmemlab.lab.replay.ReplayBucket.FOREIGN;
import static org.kmemlab.lab.replay.ReplayBucket.IMPLIED;
import static org.kmemlab.lab.replay.ReplayBucket.REPLAYED;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.state.StateReader;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceSurvey;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.proc.ProcSlabinfo;

/// Guards replays of traces of real kernels. If it failed, the main job would not work on real
/// input.
class RecordedReplayTest {

    private record Outcome(ReplayResult result, String slabinfo) {}

    private static InputStream resource(String name) {
        return RecordedReplayTest.class.getResourceAsStream("/oracle/traces/" + name);
    }

    private static TraceCursor cursor(String trace) throws IOException {
        return new TraceCursor(
                RecordedFile.of(trace, resource(trace + "/trace.txt.gz")));
    }

    private static Outcome replay(TraceCursor cursor, MachineConfig config) throws IOException {
        try (Machine machine = new Machine(config); cursor) {
            PageAllocator pages = new PageAllocator(machine);
            SlabAllocator slabs = new SlabAllocator(pages);
            TraceReplay replay = new TraceReplay(slabs);

            replay.run(cursor);

            pages.validate();
            slabs.validate();
            return new Outcome(replay.result(), ProcSlabinfo.text(replay.caches()));
        }
    }

    private static MachineConfig config(String trace) throws IOException {
        try (TraceCursor cursor = cursor(trace)) {
            return ReplayMachine.config(TraceSurvey.of(cursor), KernelProfile.C61);
        }
    }

    /// Broken: events would be lost or misjudged. The numbers come from a separate count of the
    /// recorded text, which knows no allocator.
    @ParameterizedTest
    @CsvSource({"c61_smp2_ext2s2,20768,205,112,3326,99,67", "c61_smp2_small2,2765,82,7,185,71,7",
        "c61_SLAB_smp1_slab_small1,2706,94,8,0,23,8", "deb61_smp2_dsmall2,2610,286,4,131,68,4",
        "deb61x_smp1_dxsmall1,2996,90,7,0,54,7"})
    void run_recordedTrace_accountsForEveryEvent(String trace, long events, long foreign,
            long implied, long crossCpu, long live, long slabBlocks) throws IOException {
        ReplayResult result = replay(cursor(trace), config(trace)).result;

        assertThat(result.events().total()).isEqualTo(events).isEqualTo(result.lines().events());
        assertThat(result.lines().unparsable()).isZero();
        assertThat(result.events().count(FOREIGN)).isEqualTo(foreign);
        assertThat(result.events().count(IMPLIED)).isEqualTo(implied);
        assertThat(result.events().count(FAILED)).isZero();
        assertThat(result.objects().crossCpuFrees()).isEqualTo(crossCpu);
        assertThat(result.objects().liveObjects()).isEqualTo(live);
        assertThat(result.pages().slabBlocks()).isEqualTo(slabBlocks);
        assertThat(result.caches().odd()).isEmpty();
    }

    /// Broken: `replay` without arguments would not work.
    @Test
    void run_bundledTrace_isReplayed() throws IOException {
        try (TraceCursor survey = new TraceCursor(BundledTrace.open())) {
            MachineConfig config = ReplayMachine.config(TraceSurvey.of(survey), KernelProfile.C61);

            ReplayResult result = replay(new TraceCursor(BundledTrace.open()), config).result;

            assertThat(config.cpus()).isEqualTo(1);
            assertThat(result.events().total()).isEqualTo(2710);
            assertThat(result.events().count(REPLAYED)).isEqualTo(2353);
            assertThat(result.caches().named()).isEqualTo(20);
        }
    }

    /// Broken: two runs of one trace would differ.
    @Test
    void run_twice_givesTheSameResultAndCaches() throws IOException {
        MachineConfig config = config("c61_smp2_small2");

        Outcome first = replay(cursor("c61_smp2_small2"), config);
        Outcome second = replay(cursor("c61_smp2_small2"), config);

        assertThat(second).isEqualTo(first);
        assertThat(first.slabinfo).contains("\nvm_area_struct ", "\nkmalloc-192 ");
    }

    /// Broken: pages in use before the trace could not be given back.
    @Test
    void run_fromRecordedState_freesPagesOlderThanTheTrace() throws IOException {
        String trace = "c61_smp2_small2";
        RecordedState state = StateReader
                .readFirst(RecordedFile.of(trace, resource(trace + "/state.txt.gz")));
        ReplayResult without = replay(cursor(trace), config(trace)).result;
        MachineConfig config;
        try (TraceCursor cursor = cursor(trace)) {
            config = ReplayMachine.config(TraceSurvey.of(cursor), state, KernelProfile.C61);
        }
        try (Machine machine = new Machine(config); TraceCursor cursor = cursor(trace)) {
            PageAllocator pages = new PageAllocator(machine, state.zones());
            SlabAllocator slabs = new SlabAllocator(pages);
            TraceReplay replay = new TraceReplay(slabs, state);

            replay.run(cursor);

            pages.validate();
            ReplayResult result = replay.result();
            assertThat(result.events().total()).isEqualTo(2765);
            assertThat(result.events().count(FOREIGN))
                    .isLessThan(without.events().count(FOREIGN));
            assertThat(result.pages().allocations()).isEqualTo(without.pages().allocations());
        }
    }

    /// Broken: damaged traces would end a replay with an internal error.
    @ParameterizedTest
    @CsvSource({"1", "2", "3"})
    void run_damagedTrace_neverFailsInside(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] content = new java.util.zip.GZIPInputStream(
                resource("c61_smp2_small2/trace.txt.gz")).readAllBytes();
        for (int i = 0; i < 3000; i++) {
            content[random.nextInt(content.length)] = (byte) "0123456789abcdef -=\n"
                    .charAt(random.nextInt(20));
        }
        MachineConfig config = MachineConfig.ofMebibytes(64).withCpus(1000)
                .withProfile(KernelProfile.C61);
        TraceCursor cursor = new TraceCursor(
                RecordedFile.of("damaged", new ByteArrayInputStream(content)));

        ReplayResult result = replay(cursor, config).result;

        assertThat(result.events().total()).isEqualTo(result.lines().events());
        assertThat(result.lines().unparsable()).isGreaterThan(100);
        assertThat(result.events().count(REPLAYED)).isGreaterThan(1000);
    }

    /// Broken: what was read before the damage would be lost.
    @Test
    void run_truncatedTrace_keepsWhatCameBefore() throws IOException {
        byte[] whole = resource("c61_smp2_small2/trace.txt.gz").readAllBytes();
        byte[] cut = Arrays.copyOf(whole, whole.length / 2);
        try (Machine machine = new Machine(config("c61_smp2_small2"))) {
            TraceReplay replay = new TraceReplay(new SlabAllocator(new PageAllocator(machine)));
            TraceCursor cursor = new TraceCursor(
                    RecordedFile.of("cut", new ByteArrayInputStream(cut)));

            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> replay.run(cursor)))
                    .hasMessageStartingWith("cut: truncated gz data at byte " + cut.length);
            assertThat(replay.result().events().total()).isGreaterThan(500)
                    .isEqualTo(replay.result().lines().events());
        }
    }
}
