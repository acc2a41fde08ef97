package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReplayCommandTest {

    @TempDir
    private Path folder;

    private static String recorded(String file) throws URISyntaxException {
        URL resource = Objects.requireNonNull(
                MainTest.class.getResource("/oracle/traces/c61_smp1_small1/" + file));
        return Path.of(resource.toURI()).toString();
    }

    private static String kmalloc(int cpu, int slot, int bytes) {
        return "sh-1 [00%d] ..... 1.0: kmalloc: call_site=f ptr=%016x bytes_req=%d bytes_alloc=%d"
                .formatted(cpu, 0xffff_8880_0010_0000L + slot * 8192L, bytes, bytes)
                + " gfp_flags=GFP_KERNEL node=-1 accounted=false";
    }

    private String trace(String... lines) throws IOException {
        return Files.write(folder.resolve("trace.txt"), List.of(lines)).toString();
    }

    private static List<String> withoutTime(CliRun run) {
        return run.outLines().stream().filter(line -> !line.startsWith("time ")).toList();
    }

    /// The main job would not work without arguments, or lose events.
    @Test
    void replay_noArguments_accountsForEveryEventOfTheBundledTrace() {
        CliRun run = CliRun.of("replay");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.err()).isEmpty();
        assertThat(run.outLines().getFirst()).startsWith("trace    the bundled trace: ls, cp");
        assertThat(run.outLines().get(1)).isEqualTo("machine  c61, 1 CPU, 256 MiB, slab_nomerge");
        assertThat(run.outLines().get(2)).matches(
                "time     2,710 events in \\d+\\.\\d{3} s: \\d+\\.\\d\\d million a second");
        assertThat(run.outLines()).contains(
                "  all                           2,710      2,353         95          8            "
                        + "254                0          0",
                "  unparsable                                       0",
                "  internal fragmentation                      0.8036 %",
                "                     0           127           157             3",
                "slabinfo - version: 2.1");
        assertThat(run.outLines()).anyMatch(line -> line.startsWith("dentry    "))
                .anyMatch(line -> line.startsWith("Node 0, zone    DMA32 "));
    }

    /// Two runs on one trace would differ, so no result could be repeated.
    @Test
    void replay_twice_printsTheSame() throws URISyntaxException {
        CliRun first = CliRun.of("replay", recorded("trace.txt.gz"));
        CliRun second = CliRun.of("replay", recorded("trace.txt.gz"));

        assertThat(withoutTime(first)).isEqualTo(withoutTime(second)).hasSizeGreaterThan(100);
        assertThat(withoutTime(first).get(1))
                .isEqualTo("machine  c61, 1 CPU, 256 MiB, slab_nomerge");
    }

    /// A replay from a recorded state would not know what was allocated before.
    @Test
    void replay_state_leavesFewerFreesForeign() throws URISyntaxException {
        CliRun run = CliRun.of("replay", recorded("trace.txt.gz"), "--state",
                recorded("state.txt.gz"));

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.outLines())
                .anyMatch(line -> line.matches("  mm_page_free +286 +286 +0 .*"));
    }

    /// Scripts would have to parse text meant for people.
    @Test
    void replay_json_hasTheSameNumbers() {
        CliRun run = CliRun.of("replay", "--json");

        JsonNode json = JsonMapper.shared().readTree(run.out());
        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(json.at("/lines/events").asLong()).isEqualTo(2710);
        assertThat(json.at("/events/kmem_cache_free/foreign").asLong()).isEqualTo(91);
        assertThat(json.at("/objects/allocations").asLong()).isEqualTo(897);
        assertThat(json.get("slabinfo").size()).isGreaterThan(50);
        assertThat(json.at("/buddyinfo/1/freeBlocks/10").asLong()).isPositive();
        assertThat(json.get("eventsPerSecond").asDouble()).isPositive();
    }

    /// The speed would be measured on another number of events than asked for.
    @Test
    void replay_repeat_readsTheTraceAgain() throws IOException {
        String file = trace(kmalloc(0, 1, 64), kmalloc(0, 2, 64));

        CliRun run = CliRun.of("replay", file, "--repeat", "10");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.outLines()).contains("20 lines");
    }

    /// The machine of the options would not be the one that runs.
    @Test
    void replay_options_buildTheMachine() throws IOException {
        String file = trace(kmalloc(3, 1, 64));

        CliRun own = CliRun.of("replay", file);
        CliRun given = CliRun.of("replay", file, "--kernel", "deb61", "--cpus", "6", "--max-cpus",
                "8", "--memory", "64", "--boot", "slub_max_order=0");

        assertThat(own.outLines().get(1)).startsWith("machine  linux-6.1, 4 CPUs, 512 MiB");
        assertThat(given.outLines().get(1))
                .isEqualTo("machine  deb61, 6 CPUs, 64 MiB, slub_max_order=0 slab_nomerge");
    }

    /// A line that cannot be read would vanish, or end the run.
    @Test
    void replay_garbageLines_areAFindingWithTheirNumbers() throws IOException {
        String file = trace(kmalloc(0, 1, 64), "garbage \u0000 \u00ff", kmalloc(0, 2, 64),
                "sh-1 [000] ..... 1.0: kfree: call_site=f");

        CliRun run = CliRun.of("replay", file);

        assertThat(run.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(run.out()).contains("    line 2: ", "    line 4: ");
        assertThat(run.outLines()).anyMatch(line -> line.matches("  unparsable +2"));
    }

    /// A machine that is too small would look like a faithful one.
    @Test
    void replay_machineTooSmall_isAFinding() throws IOException {
        String[] lines = new String[600];
        Arrays.setAll(lines, i -> kmalloc(0, i, 8192));

        CliRun run = CliRun.of("replay", trace(lines), "--memory", "4");

        assertThat(run.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(run.outLines()).noneMatch(line -> line.matches("  all +600 +600 .*"));
    }

    /// Files that are no trace would give an empty report, or a stack trace.
    @Test
    void replay_unreadableFiles_areNamed() throws IOException, URISyntaxException {
        byte[] whole = Files.readAllBytes(Path.of(recorded("trace.txt.gz")));
        Path cut = Files.write(folder.resolve("cut.gz"), Arrays.copyOf(whole, 9_000));
        Path garbage = Files.write(folder.resolve("garbage"), new byte[] {1, 2, 3, 10, 0, 9});
        Path empty = Files.write(folder.resolve("empty"), new byte[0]);

        for (Path file : List.of(cut, garbage, empty, folder, folder.resolve("missing"))) {
            CliRun run = CliRun.of("replay", file.toString());

            assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.UNREADABLE);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).startsWith("kmemlab: " + file).doesNotContain("\tat ");
        }
        CliRun noState = CliRun.of("replay", recorded("trace.txt.gz"), "--state",
                empty.toString());
        assertThat(noState.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(noState.err()).contains("no state");
    }

    /// Nonsense would be computed, or end in a message that does not name value and limit.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"--repeat 3; --repeat needs a TRACE",
        "TRACE --repeat 0; --repeat 0: expected 1 to 1000000",
        "TRACE --memory 2; --memory 2: expected 4 to 4194304 MiB",
        "TRACE --memory 8 --state x; exclude each other",
        "TRACE --cpus 2; cpu 3 is beyond the machine's 2 CPUs",
        "TRACE --kernel 2.4; unknown kernel '2.4'"})
    void replay_nonsense_isAUsageErrorWithValueAndLimit(String args, String message)
            throws IOException {
        String file = trace(kmalloc(0, 1, 64), kmalloc(3, 2, 64));

        CliRun run = CliRun.of(("replay " + args.replace("TRACE", file)).split(" "));

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains(message).doesNotContain("\tat ");
    }
}
