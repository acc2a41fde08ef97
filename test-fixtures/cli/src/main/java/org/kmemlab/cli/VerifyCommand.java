package org.kmemlab.cli;

import picocli.CommandLine.Command;

/// Compares this library with recordings of real kernels.
@Command(name = "verify",
        description = "Compares what kmemlab computes with what a real kernel printed. The last"
                + " line is 'equal N of M'; the exit code is 0 only if all is equal.",
        subcommands = {VerifySweepCommand.class, VerifyStepsCommand.class,
            VerifyTraceCommand.class, VerifySysfsCommand.class, VerifyBootCommand.class,
            VerifyReportsCommand.class, VerifyFaultsCommand.class, VerifyHostCommand.class},
        footer = {"  kmemlab verify sweep sweep/*.tsv",
            "  kmemlab verify steps steps_pages/*.txt.gz",
            "  kmemlab verify trace traces/c61_smp1_busy1",
            "  kmemlab verify sysfs geometry/deb61_*",
            "  kmemlab verify boot geometry/*",
            "  kmemlab verify reports oom.steps.txt.gz oom.dmesg.txt",
            "  kmemlab verify faults fault_injection/*.txt",
            "  sudo kmemlab verify host"})
final class VerifyCommand extends StandardCommand {

    @Override
    public Integer call() {
        throw usage("say what to verify");
    }
}
