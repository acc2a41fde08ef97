package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GfpCommandTest {

    /// The two forms would not lead to each other.
    @ParameterizedTest
    @CsvSource({"0xcc0, 0xcc0 = GFP_KERNEL", "GFP_KERNEL|__GFP_ZERO, 0xdc0 = GFP_KERNEL|__GFP_ZERO",
        "0xa20, 0xa20 = GFP_ATOMIC", "0x0, 0x0 = none", "none, 0x0 = none",
        "0x1000cc0, 0x1000cc0 = GFP_KERNEL|0x1000000"})
    void gfp_eitherForm_printsBoth(String text, String firstLine) {
        CliRun run = CliRun.of("gfp", text);

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.outLines().getFirst()).isEqualTo(firstLine);
    }

    /// The table would say something else than what the kernel does.
    @Test
    void gfp_kernel_explainsEveryBit() {
        assertThat(CliRun.of("gfp", "0xcc0").out()).isEqualTo("""
                0xcc0 = GFP_KERNEL

                      0x40  __GFP_IO               reclaim may start I/O
                      0x80  __GFP_FS               reclaim may call into file systems
                     0x400  __GFP_DIRECT_RECLAIM   the caller may sleep and reclaim memory itself
                     0x800  __GFP_KSWAPD_RECLAIM   wakes the background reclaimer when memory is short

                may block     yes
                mobility      Unmovable
                highest zone  Normal
                reserves      none: stops at the min watermark
                on failure    up to order 3 practically never (a task is killed instead); above after one round of reclaim
                """);
    }

    /// The reserves are what people look up: a wrong line would send them the wrong way.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"GFP_ATOMIC; 62.5 %", "GFP_KERNEL|__GFP_HIGH; half",
        "GFP_ATOMIC|__GFP_NOMEMALLOC; half", "GFP_NOWAIT; none",
        "GFP_KERNEL|__GFP_MEMALLOC; all", "GFP_KERNEL|__GFP_MEMALLOC|__GFP_NOMEMALLOC; none"})
    void gfp_reserves_followTheFlags(String flags, String start) {
        assertThat(CliRun.of("gfp", flags).outLines())
                .anyMatch(line -> line.startsWith("reserves      " + start));
    }

    /// When a request fails would be told wrongly.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"GFP_NOWAIT; at once", "GFP_KERNEL|__GFP_NOFAIL; never",
        "GFP_KERNEL|__GFP_NORETRY; after one round",
        "GFP_KERNEL|__GFP_RETRY_MAYFAIL; after many"})
    void gfp_failure_followsTheFlags(String flags, String start) {
        assertThat(CliRun.of("gfp", flags).outLines())
                .anyMatch(line -> line.startsWith("on failure    " + start));
    }

    /// Flags that contradict each other would end in a stack trace.
    @Test
    void gfp_bothMobilityBits_saysSo() {
        CliRun run = CliRun.of("gfp", "0x18", "0x1000000");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.out()).contains("exclude each other", "no flag of Linux 6.1");
    }

    /// A misspelt name would be dropped silently.
    @Test
    void gfp_unknownName_isAUsageErrorNamingIt() {
        CliRun run = CliRun.of("gfp", "0xcc0", "GFP_KERNEL|__GFP_ZORE");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("unknown gfp flag '__GFP_ZORE'");
    }
}
