package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StateViewCommandTest {

    private static final String SMALL = "traces/c61_smp1_small1";

    @TempDir
    private Path folder;

    private static String state() {
        return Recorded.path(SMALL + "/state.txt.gz").toString();
    }

    /// The view of a state would be another file's, or empty.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"slabinfo; slabinfo - version: 2.1; dentry ",
        "buddyinfo; Node 0, zone      DMA ; Node 0, zone    DMA32 ",
        "pagetypeinfo; Page block order: 10; Number of blocks type",
        "zoneinfo; Node 0, zone      DMA; '  pages free     3840'",
        "sysfs; /object_size:; dentry/slabs:167 N0=167"})
    void view_stateFile_isTheKernelsText(String command, String first, String other) {
        CliRun run = CliRun.of(command, state());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.GOOD);
        assertThat(run.outLines().getFirst()).contains(first);
        assertThat(run.outLines()).anyMatch(line -> line.startsWith(other));
    }

    /// The state after the trace could not be seen, or a replay would end elsewhere.
    @Test
    void slabinfo_lastStateAndReplayedTrace_areTheSame() {
        CliRun first = CliRun.of("slabinfo", state());
        CliRun last = CliRun.of("slabinfo", "--last", state());
        CliRun replayed = CliRun.of("slabinfo", Recorded.path(SMALL).toString());

        assertThat(replayed.exitCode()).as(replayed.err()).isEqualTo(ExitCode.GOOD);
        assertThat(replayed.out()).isEqualTo(last.out()).isNotEqualTo(first.out());
    }

    /// The directory of a cache would show another cache, or what no recording tells.
    @Test
    void sysfs_oneCache_showsItsFilesBeforeAndAfter() {
        CliRun first = CliRun.of("sysfs", "--cache", "dentry", state());
        CliRun last = CliRun.of("sysfs", "--cache", "dentry", "--last", state());
        CliRun replayed =
                CliRun.of("sysfs", "--cache", "dentry", Recorded.path(SMALL).toString());

        assertThat(first.outLines()).contains("dentry/objs_per_slab:21", "dentry/cpu_slabs:3 N0=3",
                "dentry/slabs_cpu_partial:21(2) C0=21(2)");
        assertThat(first.outLines()).allMatch(line -> line.startsWith("dentry/"))
                .noneMatch(line -> line.matches("dentry/(ctor|usersize|alloc_fastpath).*"));
        assertThat(replayed.out()).isEqualTo(last.out()).isNotEqualTo(first.out());
        CliRun none = CliRun.of("sysfs", "--cache", "nix", state());
        assertThat(none.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(none.err()).contains("--cache 'nix'", "has no such cache");
    }

    /// The kernel's build would not count.
    @Test
    void pagetypeinfo_kernelOption_decidesOnTypesAndPageblocks() {
        CliRun run = CliRun.of("pagetypeinfo", "--kernel", "deb61", state());

        assertThat(run.outLines().getFirst()).isEqualTo("Page block order: 9");
        assertThat(run.out()).contains("Isolate");
    }

    /// A file that is no state would end in a stack trace.
    @Test
    void view_noState_isUnreadable() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "hello\n");
        Path pagesOnly = Files.writeString(folder.resolve("b.txt"), """
                1 pb
                  pb node=0 zone=DMA start=1 spanned=4095 present=3998 managed=3840 types=0000
                2 bi
                  bi node=0 zone=DMA nr_free=0,0,0,0,0,0,0,0,0,0,0 vm_nr_free=0 min=1 low=2 \
                high=3 hatomic=0
                """);

        assertThat(CliRun.of("zoneinfo", file.toString()).err()).contains("a.txt: no state");
        CliRun noCaches = CliRun.of("slabinfo", pagesOnly.toString());
        assertThat(noCaches.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(noCaches.err()).contains("b.txt: its state has no caches");
        assertThat(CliRun.of("buddyinfo", folder.toString()).exitCode())
                .isEqualTo(ExitCode.UNREADABLE);
    }
}
