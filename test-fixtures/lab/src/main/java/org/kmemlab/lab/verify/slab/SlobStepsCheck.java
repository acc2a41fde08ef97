package org.kmemlab.lab.verify.slab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.lab.steps.StepReader;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.machine.Machine;

/// Checks a log of a kernel with SLOB. Executes each line and compares the answer: shape of caches,
/// place and size of each block, constructor calls; after a dump every page with free blocks, in list
/// order, with its chain.
///
/// Every line is an item, except remarks and the state that the log begins with. A line that differs
/// ends the check, since all later lines follow from it, unless the check is told to keep going.
public final class SlobStepsCheck {

    private static final Set<String> REMARKS = Set.of("say", "bi", "log");
    private static final String STATE = "slobst";

    private final CheckTally tally;
    private final String file;

    private SlobStepsCheck(String file, int differencesKept) {
        this.file = file;
        this.tally = new CheckTally(file, differencesKept);
    }

    /// Checks one log, plain or gz.
    ///
    /// @param recordedOn the machine that made it
    /// @param keepGoing whether to go on after a line that differs
    /// @throws IOException if the log cannot be read
    /// @throws IllegalArgumentException if it has an operation that is not of logs of SLOB
    public static CheckReport check(OracleMachine recordedOn, Path file, int differencesKept,
            boolean keepGoing) throws IOException {
        OracleMachine machine = recordedOn.nodeMib().isEmpty()
                ? recordedOn.orMemory(SlabStepsCheck.leastMib(file))
                : recordedOn;
        SlobStepsCheck check = new SlobStepsCheck(file.toString(), differencesKept);
        try (StepReader reader = new StepReader(RecordedFile.open(file));
                Machine twin = new Machine(machine.config())) {
            SlobStepPlayer player = new SlobStepPlayer(twin);
            boolean good = true;
            for (StepLine step = reader.next(); step != null && (good || keepGoing);
                    step = reader.next()) {
                good = check.checkStep(player, step);
            }
            player.allocator().validate();
            check.tally.take(player.taken());
            check.tally.mask(player.masked());
        }
        return check.tally.report();
    }

    private boolean checkStep(SlobStepPlayer player, StepLine step) {
        if (REMARKS.contains(step.op())) {
            tally.mask(step.dump().size());
            return true;
        }
        if (step.op().equals(STATE) && player.isFresh()) {
            player.begin(step);
            return true;
        }
        SlabStepPlayer.Answer got = player.execute(step);
        tally.begin(file + ", line " + step.fileLine() + " (" + step + ")");
        boolean good = tally.compare("result", step.result(), got.result());
        for (int i = 0; i < Math.max(step.dump().size(), got.dump().size()); i++) {
            good &= tally.compare("line " + (i + 1) + " below", line(step.dump(), i),
                    line(got.dump(), i));
        }
        tally.end();
        return good;
    }

    private static String line(List<String> lines, int index) {
        return index < lines.size() ? lines.get(index) : "(no line)";
    }
}
