package org.kmemlab.lab.verify.mempool;

import java.io.IOException;
import java.nio.file.Path;

import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.lab.steps.StepReader;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.machine.Machine;

/// Checks a log of memory pools: executes each line and compares the element, both counts, the calls
/// of the source, the reserve from bottom to top, and how long the request slept.
///
/// Every line is an item. A line that differs ends the check of the file, unless the check is told
/// to keep going.
public final class MempoolStepsCheck {

    /// Memory of the machine if nobody knows it; a log of pools does not depend on it.
    private static final int DEFAULT_MIB = 256;

    private MempoolStepsCheck() {
    }

    /// Checks one log, plain or gz.
    ///
    /// @param recordedOn the machine that made it
    /// @param keepGoing whether to go on after a line that differs
    /// @throws IOException if the log cannot be read
    /// @throws IllegalArgumentException if it has an operation that is not about pools
    public static CheckReport check(OracleMachine recordedOn, Path file, int differencesKept,
            boolean keepGoing) throws IOException {
        CheckTally tally = new CheckTally(file.toString(), differencesKept);
        try (StepReader reader = new StepReader(RecordedFile.open(file));
                Machine machine = new Machine(recordedOn.orMemory(DEFAULT_MIB).config())) {
            MempoolStepPlayer player = new MempoolStepPlayer(machine, machine.cpu(0));
            boolean good = true;
            StepLine step = reader.next();
            while (step != null && (good || keepGoing)) {
                String got = player.execute(step);
                tally.begin(file + ", line " + step.fileLine() + " (" + step + ")");
                good = tally.compare("result", step.result(), got);
                tally.end();
                step = reader.next();
            }
        }
        return tally.report();
    }
}
