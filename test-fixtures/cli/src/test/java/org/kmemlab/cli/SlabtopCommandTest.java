package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// If it failed, `kmemlab slabtop` could not take the place of procps' slabtop: scripts would read
/// other figures, or fingers find other keys.
class SlabtopCommandTest {

    @TempDir
    private Path folder;

    private static Path golden(String name) {
        URL url = Objects
                .requireNonNull(SlabtopCommandTest.class.getResource("/golden/slabtop/" + name));
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException cause) {
            throw new AssertionError(cause);
        }
    }

    private static String root() {
        return golden("proc").getParent().toString();
    }

    /// Columns, sums, rounding or the order of equal caches would differ from what procps prints.
    @ParameterizedTest
    @ValueSource(strings = {"a", "b", "c", "l", "v", "n", "o", "p", "s", "u"})
    void once_printsWhatProcpsPrints(String letter) throws IOException {
        CliRun run = CliRun.of("slabtop", "--host", "--root", root(), "-o", "-s", letter);

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.out()).isEqualTo(Files.readString(golden("sorted_by_" + letter + ".txt")));
    }

    /// The order that nobody asked for would be another one than that of procps.
    @Test
    void once_withoutOrder_sortsByObjects() throws IOException {
        assertThat(CliRun.of("slabtop", "--host", "--root", root(), "--once").out())
                .isEqualTo(Files.readString(golden("sorted_by_o.txt")));
    }

    /// The table of a replay would not be that of the machine at the trace's end.
    @Test
    void once_replay_showsTheCachesThatReplayPrints() {
        List<String> slabinfo = CliRun.of("replay").outLines();
        CliRun run = CliRun.of("slabtop", "--once", "-s", "n");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.err()).isEmpty();
        List<String> caches = slabinfo.stream().filter(line -> line.contains(" : slabdata "))
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(0, line.indexOf(' '))).sorted().toList();
        assertThat(run.outLines().stream().skip(7)
                .map(line -> line.strip().substring(line.strip().lastIndexOf(' ') + 1)))
                .isEqualTo(caches);
    }

    /// A folder's state would be left out, and the machine start empty.
    @Test
    void once_traceFolder_startsFromItsState() {
        String recording = Recorded.path("traces/c61_smp1_small1").toString();

        CliRun fromState = CliRun.of("slabtop", "--trace", recording, "--once");
        CliRun fresh = CliRun.of("slabtop", "--trace", recording + "/trace.txt.gz", "--once");

        assertThat(fromState.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(objects(fromState)).isGreaterThan(objects(fresh));
    }

    private static long objects(CliRun run) {
        String first = run.outLines().getFirst();
        return Long.parseLong(first.replaceAll(".*: (\\d+) / .*", "$1"));
    }

    /// Somebody without rights would see a stack trace, or an empty table.
    @Test
    void unreadableSlabinfo_isExit3WithItsName() throws IOException {
        CliRun missing = CliRun.of("slabtop", "--host", "--root", folder.toString());
        Files.createDirectories(folder.resolve("proc/slabinfo"));
        CliRun directory = CliRun.of("slabtop", "--host", "--root", folder.toString());

        assertThat(missing.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(missing.err()).contains("proc/slabinfo: no such file");
        assertThat(directory.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(directory.err()).contains("proc/slabinfo: cannot be read");
    }

    /// A damaged file would be shown in part, as if it were whole.
    @Test
    void damagedSlabinfo_isExit3WithItsLine() throws IOException {
        Files.createDirectories(folder.resolve("proc"));
        String whole = Files.readString(golden("proc/slabinfo"));
        Files.writeString(folder.resolve("proc/slabinfo"), whole.replace("999 ", "99x "));

        CliRun run = CliRun.of("slabtop", "--host", "--root", folder.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(run.err()).contains("slabinfo, line 4: no line of slabinfo 2.1");
        assertThat(run.out()).isEmpty();
    }

    /// Nonsense would be shown for ever, or end in a stack trace.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "-s x; --sort x: expected one of a, b, c",
        "-s name; --sort name: expected one of",
        "-d 0; --delay 0.0: expected 0.01 to 3600 seconds",
        "-d NaN; --delay NaN",
        "-d 1 --once; --delay and --once exclude each other",
        "--speed 0; --speed 0: expected 1 to",
        "--host --speed 5; --host shows this computer",
        "--host --cpus 2; --host shows this computer",
        "--root /nowhere; --root is where --host looks"})
    void nonsense_isAUsageErrorWithValueAndLimit(String args, String message) {
        CliRun run = CliRun.of(("slabtop " + args).split(" "));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains(message).doesNotContain("\tat ");
    }
}
