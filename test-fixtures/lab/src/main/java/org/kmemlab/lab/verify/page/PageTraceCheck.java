package org.kmemlab.lab.verify.page;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;

import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.lab.verify.LineWatch;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

/// Checks the page events of a trace: starts from the state right before the first event, replays
/// requests and frees on their CPUs, and compares every pfn, every block that leaves or enters a
/// zone, every steal, and the end state list by list.
///
/// After a difference the kernel's answer is adopted and the check goes on. One cause leaves no sign
/// of its own: an interrupt that frees a page while a request holds the CPU's list sends the page to
/// the zone. It shows when that page should be handed out and is not; the check then starts again
/// with that knowledge, and counts it as taken from the recording.
public final class PageTraceCheck {

    private static final int RESTARTS_MOST = 200;

    private PageTraceCheck() {
    }

    /// Checks one trace, plain or gz.
    ///
    /// @param recordedOn the machine that made it; where its memory lies the state says
    /// @param states the state before the first event and, if recorded, that after the last
    /// @throws IOException if the trace cannot be read
    public static CheckReport check(OracleMachine recordedOn, Path file, List<RecordedState> states,
            int differencesKept) throws IOException {
        return check(recordedOn, file, states, differencesKept, new LineWatch(0));
    }

    /// [#check] that writes down how one line is decided.
    public static CheckReport check(OracleMachine recordedOn, Path file, List<RecordedState> states,
            int differencesKept, LineWatch watch) throws IOException {
        PageTrace trace = PageTrace.read(file);
        RecordedState start = states.getFirst();
        MachineConfig config = recordedOn.configOf(start.spans(), start.cpus());
        BitSet pastLockedList = new BitSet();
        while (true) {
            CheckTally tally = new CheckTally(file.toString(), differencesKept);
            try (Machine machine = new Machine(config)) {
                PageTraceRun run = new PageTraceRun(machine, trace, pastLockedList, tally,
                        watch, new PageTraceCompanion());
                boolean mayLearn = pastLockedList.cardinality() < RESTARTS_MOST;
                OptionalInt learned = run.replay(states, mayLearn);
                if (learned.isEmpty()) {
                    return tally.report();
                }
                pastLockedList.set(learned.getAsInt());
            }
        }
    }
}
