package org.kmemlab.lab.verify.slab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.state.StateReader;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.KnownCauses;
import org.kmemlab.lab.verify.RecordedOracle;

class SlabTraceCheckTest {

    private static final String FS1 = "traces/c61_smp1_fs1";

    @TempDir
    private Path folder;

    static List<Path> slubTraces() {
        return RecordedOracle.tracesWithState();
    }

    private static List<RecordedState> states(Path file) throws IOException {
        return StateReader.readAll(RecordedFile.open(file));
    }

    /// Some object of a real workload would not be the one that the kernel handed out, or some
    /// cache would not end as the kernel's did.
    @ParameterizedTest
    @MethodSource("slubTraces")
    void check_recordedTrace_everyObjectEqualOrKnown(Path trace) throws IOException {
        CheckReport report = SlabTraceCheck.check(RecordedOracle.machine(trace),
                trace.resolve("trace.txt.gz"), states(trace.resolve("state.txt.gz")), 10);

        assertThat(report.differences()).isEmpty();
        assertThat(report.isGood()).isTrue();
        assertThat(report.valuesMasked()).isZero();
        assertThat(report.knownItems()).isLessThan(report.items() / 30);
        assertThat(report.known().keySet()).allMatch(
                cause -> cause.equals(KnownCauses.SILENT_OBJECTS)
                        || cause.equals(KnownCauses.FOLDED_COUNTER));
    }

    private CheckReport checkChanged(Predicate<String> which, UnaryOperator<String> change)
            throws IOException {
        List<String> lines = RecordedOracle.lines(FS1 + "/trace.txt.gz");
        StringBuilder text = new StringBuilder();
        boolean done = false;
        for (String line : lines) {
            boolean now = !done && which.test(line);
            text.append(now ? change.apply(line) : line).append('\n');
            done |= now;
        }
        assertThat(done).isTrue();
        Path file = Files.writeString(folder.resolve("trace.txt"), text);
        Path recorded = RecordedOracle.path(FS1);
        return SlabTraceCheck.check(RecordedOracle.machine(recorded), file,
                states(recorded.resolve("state.txt.gz")), 20);
    }

    /// The checker would not see that two objects were handed out in another order, or not recover
    /// after such a difference.
    @ParameterizedTest
    @CsvSource({"vm_area_dup", "__alloc_file", "copy_fs_struct", "anon_vma_fork"})
    void check_twoObjectsExchanged_isFound(String caller) throws IOException {
        List<String> lines = RecordedOracle.lines(FS1 + "/trace.txt.gz");
        List<String> pointers = lines.stream()
                .filter(line -> line.contains("alloc: call_site=" + caller))
                .map(SlabTraceCheckTest::pointer).distinct().limit(2).toList();
        String one = pointers.get(0);
        String other = pointers.get(1);
        Path file = Files.writeString(folder.resolve("trace.txt"),
                String.join("\n", lines).replace(one, "?").replace(other, one).replace("?", other));
        Path recorded = RecordedOracle.path(FS1);

        CheckReport report = SlabTraceCheck.check(RecordedOracle.machine(recorded), file,
                states(recorded.resolve("state.txt.gz")), 20);

        assertThat(report.isGood()).isFalse();
        assertThat(report.items() - report.equal()).isLessThan(report.items() / 10);
    }

    private static String pointer(String line) {
        int from = line.indexOf("ptr=");
        return line.substring(from, line.indexOf(' ', from));
    }

    /// A free could name any cache.
    @Test
    void check_otherCacheNamed_isFound() throws IOException {
        CheckReport report = checkChanged(line -> line.contains("name=names_cache"),
                line -> line.replace("name=names_cache", "name=filp"));

        assertThat(report.differences()).singleElement().satisfies(
                difference -> assertThat(difference.what()).isEqualTo("cache"));
    }

    /// A slab could ask for its pages with other flags, or another order, than the kernel's does.
    @Test
    void check_slabRequestChanged_isFound() throws IOException {
        CheckReport report = checkChanged(
                line -> line.contains("mm_page_alloc:") && line.contains("__GFP_RECLAIMABLE"),
                line -> line.replace("__GFP_RECLAIMABLE", "__GFP_RECLAIMABLE|__GFP_ATOMIC"));

        assertThat(report.differences()).isNotEmpty();
        assertThat(report.differences().getFirst().place()).contains(", slab of ");
        assertThat(report.differences().getFirst().what()).isEqualTo("flags");
    }

    /// The end state would not count.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"cpartial0[;'cpartial0[abc:1/16:f1:left9 '",
        "nr_partial=0 nr_slabs=;nr_partial=0 nr_slabs=1", "cfreelist=9,15;cfreelist=15,9"})
    void check_endStateChanged_isFound(String original, String changed) throws IOException {
        Path recorded = RecordedOracle.path(FS1);
        String text = String.join("\n", RecordedOracle.lines(FS1 + "/state.txt.gz")) + "\n";
        int filp = text.indexOf("cache filp ", text.lastIndexOf(" kall"));
        int at = text.indexOf(original, filp);
        Path file = Files.writeString(folder.resolve("state.txt"),
                text.substring(0, at) + changed + text.substring(at + original.length()));

        CheckReport report = SlabTraceCheck.check(RecordedOracle.machine(recorded),
                recorded.resolve("trace.txt.gz"), states(file), 20);

        assertThat(report.differences()).isNotEmpty().allSatisfy(difference -> assertThat(
                difference.place()).endsWith("end state, cache filp"));
    }

    /// The start state would not matter, so that the objects were compared with themselves.
    @Test
    void check_startStateChanged_isFound() throws IOException {
        Path recorded = RecordedOracle.path(FS1);
        String text = String.join("\n", RecordedOracle.lines(FS1 + "/state.txt.gz")) + "\n";
        int filp = text.indexOf("cache filp ");
        int chain = text.indexOf("cfreelist=", filp) + "cfreelist=".length();
        int comma = text.indexOf(',', chain);
        int second = text.indexOf(',', comma + 1);
        String swapped = text.substring(0, chain) + text.substring(comma + 1, second) + ","
                + text.substring(chain, comma) + text.substring(second);
        Path file = Files.writeString(folder.resolve("state.txt"), swapped);

        CheckReport report = SlabTraceCheck.check(RecordedOracle.machine(recorded),
                recorded.resolve("trace.txt.gz"), states(file), 20);

        assertThat(report.isGood()).isFalse();
        assertThat(report.differences().getFirst().place()).contains("(filp)");
    }

    /// The end state of the classic SLAB would not count.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"touched=;touched=7",
        "colour_next=;colour_next=4", "off192 ;off128 "})
    void check_classicEndStateChanged_isFound(String original, String changed) throws IOException {
        String trace = "traces/c61_SLAB_smp1_slab_fs1";
        Path recorded = RecordedOracle.path(trace);
        String text = String.join("\n", RecordedOracle.lines(trace + "/state.txt.gz")) + "\n";
        int cache = text.indexOf("cache sock_inode_cache ", text.lastIndexOf(" kall"));
        int at = text.indexOf(original, cache);
        Path file = Files.writeString(folder.resolve("state.txt"),
                text.substring(0, at) + changed + text.substring(at + original.length()));

        CheckReport report = SlabTraceCheck.check(RecordedOracle.machine(recorded),
                recorded.resolve("trace.txt.gz"), states(file), 20);

        assertThat(report.differences()).isNotEmpty().allSatisfy(difference -> assertThat(
                difference.place()).endsWith("end state, cache sock_inode_cache"));
    }

    /// Objects of the classic SLAB would be compared with themselves.
    @Test
    void check_classicStartStateChanged_isFound() throws IOException {
        String trace = "traces/c61_SLAB_smp1_slab_fs1";
        Path recorded = RecordedOracle.path(trace);
        String text = String.join("\n", RecordedOracle.lines(trace + "/state.txt.gz")) + "\n";
        int cache = text.indexOf("cache vm_area_struct ");
        int end = text.indexOf('\n', text.indexOf("entries(bottom..top)=", cache));
        int last = text.lastIndexOf(' ', end);
        int before = text.lastIndexOf(' ', last - 1);
        String swapped = text.substring(0, before) + text.substring(last, end)
                + text.substring(before, last) + text.substring(end);
        Path file = Files.writeString(folder.resolve("state.txt"), swapped);

        CheckReport report = SlabTraceCheck.check(RecordedOracle.machine(recorded),
                recorded.resolve("trace.txt.gz"), states(file), 20);

        assertThat(report.isGood()).isFalse();
        assertThat(report.differences().getFirst().place()).contains("(vm_area_struct)");
    }
}
