package org.kmemlab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.kmemlab.lab.input.InputException;
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

    private OracleMachine machineOf(Path recording) throws IOException {
        return new RecordedMachine(machineOptions).of(recording);
    }

    /// One comparison with a recording.
    interface Check {

        /// Compares on the machine that made the recording.
        CheckReport with(OracleMachine machine, Path recording) throws IOException;
    }

    /// Runs a comparison for each recording and prints the reports.
    ///
    /// @return the exit code
    int checkAll(List<Path> recordings, Check check, PrintWriter out) throws IOException {
        List<CheckReport> reports = new ArrayList<>();
        for (Path recording : recordings) {
            reports.add(check(recording, check));
        }
        return print(reports, out);
    }

    /// Runs a comparison.
    ///
    /// @throws InputException if the recording does not fit the machine that the index names
    /// @throws IllegalArgumentException if it does not fit the machine that the options name
    private CheckReport check(Path recording, Check check) throws IOException {
        OracleMachine machine = machineOf(recording);
        try {
            return check.with(machine, recording);
        } catch (IllegalArgumentException misfit) {
            String problem = "does not fit " + machine.build() + " with " + machine.cpus()
                    + " CPUs: " + misfit.getMessage();
            if (machineOptions.isGiven()) {
                throw new IllegalArgumentException(recording + " " + problem, misfit);
            }
            InputException failure = new InputException(recording.toString(), -1, problem);
            failure.initCause(misfit);
            throw failure;
        }
    }

    /// Prints reports and their sum.
    ///
    /// @return the exit code
    private int print(List<CheckReport> reports, PrintWriter out) {
        return ReportPrinter.print(reports, json, out);
    }
}
