package org.kmemlab.lab.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import org.junit.jupiter.api.Test;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.replay.BundledTrace;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.tune.CacheAdvice.Proven;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;

class CacheAdvisorTest {

    private static final int OBJECTS = 600;
    private static final MachineConfig MACHINE = MachineConfig.ofMebibytes(64)
            .withProfile(KernelProfile.C61.booted("slab_nomerge"));

    private static String kmalloc(int slot, int bytes, int allocated) {
        return "sh-1 [000] ..... 1.0: kmalloc: call_site=f ptr=%016x bytes_req=%d bytes_alloc=%d"
                .formatted(0xffff_8880_0010_0000L + slot * 4096L, bytes, allocated)
                + " gfp_flags=GFP_KERNEL node=-1 accounted=false";
    }

    private static String object(int slot, int bytes, int allocated) {
        return "sh-1 [000] ..... 1.0: kmem_cache_alloc: call_site=g ptr=%016x bytes_req=%d"
                .formatted(0xffff_8880_0090_0000L + slot * 4096L, bytes)
                + " bytes_alloc=" + allocated
                + " gfp_flags=GFP_KERNEL node=-1 accounted=false";
    }

    private static String freeObject(int slot, String cache) {
        return "sh-1 [000] ..... 1.0: kmem_cache_free: call_site=h ptr=%016x name=%s"
                .formatted(0xffff_8880_0090_0000L + slot * 4096L, cache);
    }

    private static CacheAdvice advise(List<String> lines) throws IOException {
        byte[] text = String.join("\n", lines).concat("\n").getBytes(StandardCharsets.US_ASCII);
        return new CacheAdvisor(run -> new TraceCursor(RecordedFile.of("made", text, 4096)),
                MACHINE, 0.01).advise();
    }

    private static Proven find(CacheAdvice advice, Predicate<Change> wanted) {
        return advice.proven().stream().filter(one -> wanted.test(one.expectation().change()))
                .findFirst().orElseThrow();
    }

    /// The waste of a size that kmalloc rounds up to nearly its double would not be found, or its
    /// saving not be what the objects' sizes and lives say.
    @Test
    void advise_sizeThatKmallocDoubles_getsACacheOfItsOwn() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < OBJECTS; i++) {
            lines.add(kmalloc(i, i % 2 == 0 ? 520 : 516, 1024));
        }

        CacheAdvice advice = advise(lines);

        Proven own = find(advice, Change.OwnCache.class::isInstance);
        assertThat(own.expectation().change()).isEqualTo(new Change.OwnCache(516, 520, 1024));
        assertThat(own.isWorthIt()).isTrue();
        assertThat(own.expectation().expectedBytes())
                .isCloseTo((1024 - 520) * OBJECTS / 2.0, within(2_000.0));
        assertThat(own.savedBytes()).isCloseTo(own.expectation().expectedBytes(), within(40_000.0));
    }

    /// Objects that are padded to cache lines would not be found, or the cache not be named.
    @Test
    void advise_paddedObjects_areToldToDropTheirAlignment() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(object(0, 72, 128));
        lines.add(freeObject(0, "padded"));
        for (int i = 1; i < OBJECTS; i++) {
            lines.add(object(i, 72, 128));
        }

        CacheAdvice advice = advise(lines);

        Proven unaligned = find(advice, Change.NoAlignment.class::isInstance);
        assertThat(unaligned.expectation().change())
                .isEqualTo(new Change.NoAlignment(72, 128, "padded"));
        assertThat(unaligned.isWorthIt()).isTrue();
        assertThat(advice.together()).isNotNull();
        assertThat(advice.together().trial().meanSlabBytes())
                .isLessThan(advice.asRecorded().meanSlabBytes());
    }

    /// Something would be recommended where nothing is to be saved: objects that fill their slots and
    /// slabs, and all live.
    @Test
    void advise_objectsThatFillTheirSlabs_findsNothingWorthIt() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 4 * OBJECTS; i++) {
            lines.add(kmalloc(i, 4096, 4096));
        }

        CacheAdvice advice = advise(lines);

        assertThat(advice.proven()).filteredOn(Proven::isWorthIt)
                .allMatch(one -> one.expectation().change().subject().equals("order of slabs"));
        assertThat(advice.proven())
                .noneMatch(one -> one.expectation().change() instanceof Change.OwnCache);
    }

    /// Advice that is not the same each time could not be trusted; and what is recommended alone must
    /// help together, too.
    @Test
    void advise_recordedTrace_savesTogetherAndRepeatsItself() throws IOException {
        CacheAdvisor advisor = new CacheAdvisor(run -> new TraceCursor(BundledTrace.open()),
                MACHINE, 0.01);

        CacheAdvice advice = advisor.advise();

        assertThat(advice.together()).isNotNull();
        assertThat(advice.together().savedBytes())
                .isGreaterThan(advice.proven().getFirst().savedBytes());
        assertThat(advice.meanRequestedBytes()).isPositive()
                .isLessThan(advice.asRecorded().meanSlabBytes());
        assertThat(advisor.advise()).isEqualTo(advice);
    }
}
