package org.kmemlab.lab.verify.slab;

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
import org.kmemlab.lab.verify.page.PageTrace;
import org.kmemlab.lab.verify.page.PageTraceCheck;
import org.kmemlab.lab.verify.page.PageTraceRun;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

/// Checks a whole trace: the page events as [PageTraceCheck] does, and with them the objects. The
/// slab layer starts from the state of every cache, plays each allocation and free on its CPU, and
/// asks the page allocator for the pages of its slabs itself. Compared are the address of every
/// object, every request for pages of a slab and their release, and the end state of every cache.
public final class SlabTraceCheck {

    private static final int RESTARTS_MOST = 200;

    private SlabTraceCheck() {
    }

    /// Checks one trace, plain or gz.
    ///
    /// @param recordedOn the machine that made it; where its memory lies the state says
    /// @param recorded the state before the first event and, if recorded, that after the last; with
    ///        the caches
    /// @throws IOException if the trace cannot be read
    public static CheckReport check(OracleMachine recordedOn, Path file,
            List<RecordedState> recorded,
            int differencesKept) throws IOException {
        List<RecordedState> states = recorded.stream()
                .map(state -> state.writtenBy(recordedOn.profile())).toList();
        PageTrace trace = PageTrace.read(file);
        RecordedState start = states.getFirst();
        MachineConfig config = recordedOn.configOf(start.spans(), start.cpus())
                .withMemory(MemoryKind.BYTES);
        BitSet pastLockedList = new BitSet();
        EarlyObjects early = new EarlyObjects();
        while (true) {
            CheckTally tally = new CheckTally(file.toString(), differencesKept);
            try (Machine machine = new Machine(config)) {
                ObjectTrace objects = ObjectTrace.read(file, machine.memory());
                SlabTraceSide side = new SlabTraceSide(machine, states, objects, tally,
                        early);
                PageTraceRun run = new PageTraceRun(machine, trace, pastLockedList, tally,
                        new LineWatch(0), side);
                OptionalInt learned = run.replay(states,
                        pastLockedList.cardinality() < RESTARTS_MOST);
                if (early.startAgain()) {
                    continue;
                }
                if (learned.isEmpty()) {
                    tally.take(early.size());
                    if (states.size() > 1) {
                        side.compareEnd(states.get(1));
                    }
                    return tally.report();
                }
                pastLockedList.set(learned.getAsInt());
            }
        }
    }
}
