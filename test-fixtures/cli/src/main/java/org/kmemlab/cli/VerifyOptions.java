package org.kmemlab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.verify.CheckReport;
import picocli.CommandLine.Mixin;

/// What every comparison with recordings has: the machine, and how to print what was found.
final class VerifyOptions {

    @Mixin
    private MachineOptions machineOptions;

    @Mixin
    private ResultOptions resultOptions;

    /// How many differences to keep of a file.
    int limit() {
        return resultOptions.limit();
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
        return resultOptions.print(reports, out);
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
}
