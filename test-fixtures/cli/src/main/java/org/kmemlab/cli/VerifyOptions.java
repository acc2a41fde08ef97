package org.kmemlab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.CheckTally;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What every comparison with recordings has: the machine, and how to print what was found.
final class VerifyOptions {

    @Mixin
    private MachineOptions machineOptions;

    @Option(names = "--limit", paramLabel = "N", converter = WholeNumber.class,
            defaultValue = "" + CheckTally.DIFFERENCES_KEPT,
            description = "Show at most N differences of a file (default ${DEFAULT-VALUE}).")
    private long limit;

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    /// How many differences to keep of a file.
    int limit() {
        return WholeNumber.within(limit, 0, 1_000_000, "--limit", "");
    }

    /// The machine that made a recording.
    OracleMachine machineOf(Path recording) throws IOException {
        return new RecordedMachine(machineOptions).of(recording);
    }

    /// Prints reports and their sum.
    ///
    /// @return the exit code
    int print(List<CheckReport> reports, PrintWriter out) {
        return ReportPrinter.print(reports, json, out);
    }
}
