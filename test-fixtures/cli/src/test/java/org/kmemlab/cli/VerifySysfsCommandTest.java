package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifySysfsCommandTest {

    @TempDir
    private Path folder;

    /// Boots would not be compared, or not with the machine that the index names.
    @Test
    void sysfs_recordedBoots_equalNOfN() {
        CliRun run = CliRun.of("verify", "sysfs",
                Recorded.path("geometry/deb61_smp1_m256").toString(),
                Recorded.path("geometry/deb61_smp2_m512_nomerge").toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.GOOD);
        assertThat(run.outLines().getLast()).isEqualTo("equal 800 of 800");
    }

    /// A wrong machine would pass.
    @Test
    void sysfs_otherMachineGiven_findsDifferences() {
        CliRun run = CliRun.of("verify", "sysfs", "--cpus", "8", "--limit", "3",
                Recorded.path("geometry/deb61_smp2_m512_nomerge").toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(run.outLines()).anyMatch(line -> line.contains("objs_per_slab: expected "));
    }

    /// A folder of another kind would end in a stack trace.
    @Test
    void sysfs_emptyFolder_isUnreadable() {
        CliRun run = CliRun.of("verify", "sysfs", "--kernel", "deb61", folder.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(run.err()).contains("holds neither slab_sysfs.tsv");
    }
}
