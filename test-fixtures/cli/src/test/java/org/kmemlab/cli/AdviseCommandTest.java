package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AdviseCommandTest {

    /// A newcomer's first call would not end with a saving that was tried.
    @Test
    void advise_bundledTrace_listsWhatIsWorthIt() {
        CliRun run = CliRun.of("advise");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.err()).isEmpty();
        assertThat(run.outLines().get(0)).contains("2,710 events");
        assertThat(run.outLines().get(2)).matches(
                "slabs    [\\d,]+ KiB on average, [\\d,]+ KiB at most; asked for .*");
        assertThat(run.out()).contains("boot with slub_max_order=")
                .doesNotContain("slub_min_order=1");
        assertThat(run.outLines().getLast()).contains(" together: ");
    }

    /// What is not worth it could not be seen, and a demand for more savings would do nothing.
    @Test
    void advise_allAndLeast_chooseWhatIsListed() {
        assertThat(CliRun.of("advise", "--all").out()).contains("slub_min_order=1");
        assertThat(CliRun.of("advise", "--least", "99").out())
                .contains("changes that were tried saves enough; --all lists them");
    }

    /// Programs could not read it.
    @Test
    void advise_json_hasEveryTrial() {
        JsonNode root = JsonMapper.shared().readTree(CliRun.of("advise", "--json").out());

        assertThat(root.path("asRecorded").path("meanSlabBytes").asDouble()).isPositive();
        assertThat(root.path("changes").size()).isGreaterThan(5);
        assertThat(root.path("together").path("savedBytes").asDouble()).isPositive();
    }

    /// Wrong usage would run for minutes, or look like a mistake of the program.
    @Test
    void advise_wrongOptions_areRefused() {
        CliRun percent = CliRun.of("advise", "--least", "101");
        CliRun file = CliRun.of("advise", "--trace", "missing.txt");

        assertThat(percent.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(percent.err()).contains("--least 101.0: expected 0 to 100 percent");
        assertThat(file.exitCode()).isEqualTo(ExitCode.UNREADABLE);
    }

    /// A kernel without /sys/kernel/slab would be told to write there.
    @Test
    void advise_classicSlab_leavesOutWhatOnlySlubHas() {
        CliRun run = CliRun.of("advise", "--kernel", "c61-SLAB", "--all");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.out()).contains("merge caches of one shape").doesNotContain("slub_")
                .doesNotContain("cpu_partial");
    }
}
