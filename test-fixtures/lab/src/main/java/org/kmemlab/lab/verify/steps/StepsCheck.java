package org.kmemlab.lab.verify.steps;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.lab.steps.StepReader;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.mempool.MempoolStepsCheck;
import org.kmemlab.lab.verify.page.PageStepsCheck;
import org.kmemlab.lab.verify.slab.SlabStepsCheck;
import org.kmemlab.lab.verify.slab.SlobStepsCheck;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;

/// Checks a step log of whichever kind; the kind is seen from its first operations.
public final class StepsCheck {

    private static final Set<String> OF_EVERY_KIND = Set.of("say", "cpu", "log", "bi");
    private static final Set<String> OF_PAGES = Set.of("pb", "fl", "pcp");
    private static final Set<String> OF_OBJECTS = Set.of("kc", "ks", "ka", "km", "kmf");
    private static final Set<String> OF_POOLS = Set.of("mpc", "mfail");

    private enum Kind {
        PAGES, OBJECTS, SLOB, POOLS
    }

    private StepsCheck() {
    }

    /// Checks one log, plain or gz.
    ///
    /// @param recordedOn the machine that made it
    /// @param keepGoing whether to go on after a line that differs for no known cause
    /// @throws InputException if it is a log of a kind that cannot be checked
    /// @throws IOException if it cannot be read
    public static CheckReport check(OracleMachine recordedOn, Path file, int differencesKept,
            boolean keepGoing) throws IOException {
        return switch (kindOf(file, recordedOn.profile())) {
            case PAGES -> PageStepsCheck.check(recordedOn, file, differencesKept, keepGoing);
            case OBJECTS -> SlabStepsCheck.check(recordedOn, file, differencesKept, keepGoing);
            case SLOB -> SlobStepsCheck.check(recordedOn, file, differencesKept, keepGoing);
            case POOLS -> MempoolStepsCheck.check(recordedOn, file, differencesKept, keepGoing);
        };
    }

    private static Kind kindOf(Path file, KernelProfile profile) throws IOException {
        try (StepReader reader = new StepReader(RecordedFile.open(file))) {
            StepLine step = reader.next();
            while (step != null && OF_EVERY_KIND.contains(step.op())) {
                step = reader.next();
            }
            if (step == null || OF_PAGES.contains(step.op())) {
                // A log without any operation is refused there: it has no state.
                return Kind.PAGES;
            }
            if (OF_POOLS.contains(step.op())) {
                return Kind.POOLS;
            }
            boolean objects = OF_OBJECTS.contains(step.op());
            if (objects && profile.has(ConfigOption.SLOB)) {
                return Kind.SLOB;
            }
            if (objects && (!step.op().equals("kc") || tellsShape(step.result()))) {
                return Kind.OBJECTS;
            }
            throw new InputException(file + ", line " + step.fileLine(), -1,
                    "'" + step + "' begins "
                            + (objects ? "a log of another engine than that of its kernel"
                                    : "an unknown kind of log")
                            + "; known: logs of pages with their state, of caches, of kmalloc,"
                            + " of memory pools");
        }
    }

    /// Whether the answer to a creation is one of an engine that we know.
    private static boolean tellsShape(String result) {
        return result.contains(" min_partial=") || result.contains(" batchcount=");
    }
}
