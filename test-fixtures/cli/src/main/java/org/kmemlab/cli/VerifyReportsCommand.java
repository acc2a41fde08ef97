package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.kmemlab.lab.verify.report.ReportCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Checks what the kernel writes into its log.
@Command(name = "reports",
        description = {"Replays a step log and compares what our kernel log says with the"
                + " recorded one, line by line. Only what cannot be known is masked: time"
                + " stamps, addresses that the log does not give, process numbers, frames of"
                + " stacks.",
            "Reads logs of page allocation failures, of page poisoning, and of damaged"
                    + " objects in slabs. The machine comes from the index.tsv in the file's"
                    + " folder or above it, or from the options, which win."},
        footer = {"  kmemlab verify reports oom_loud_burst.steps.txt.gz oom_loud_burst.dmesg.txt"})
final class VerifyReportsCommand extends StandardCommand {

    @Mixin
    private VerifyOptions options;
    @Parameters(index = "0", paramLabel = "STEPS", description = "The step log, plain or gz.")
    private Path steps;

    @Parameters(index = "1", paramLabel = "DMESG",
            description = "The kernel log of the same run, plain or gz.")
    private Path dmesg;

    @Override
    public Integer call() throws IOException {
        int kept = options.limit();
        return options.checkAll(List.of(steps),
                (machine, log) -> ReportCheck.check(machine, log, dmesg, kept), out());
    }
}
