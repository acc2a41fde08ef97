package org.kmemlab.cli;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.replay.ReplayMachine;
import org.kmemlab.lab.replay.TraceReplay;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.trace.TraceSurvey;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.SlabAllocator;

/// A machine that a trace is about to be replayed on. Closing it frees the machine's memory.
final class ReplaySession implements AutoCloseable {

    private final String name;
    private final TraceSurvey survey;
    private final Machine machine;
    private final SlabAllocator slabs;
    private final TraceReplay replay;

    private ReplaySession(String name, TraceSurvey survey, Machine machine,
            @Nullable RecordedState state) {
        this.name = name;
        this.survey = survey;
        this.machine = machine;
        slabs = state == null ? new SlabAllocator(new PageAllocator(machine))
                : ReplayMachine.restored(machine, state);
        replay = state == null ? new TraceReplay(slabs) : new TraceReplay(slabs, state);
    }

    /// Boots the machine.
    ///
    /// @param state where it starts from; null for a fresh machine
    static ReplaySession boot(String name, TraceSurvey survey, MachineConfig config,
            @Nullable RecordedState state) {
        Machine machine = new Machine(config);
        try {
            return new ReplaySession(name, survey, machine, state);
        } catch (RuntimeException misfit) {
            machine.close();
            throw misfit;
        }
    }

    /// The trace's name for people.
    String name() {
        return name;
    }

    /// What the trace is.
    TraceSurvey survey() {
        return survey;
    }

    /// The machine's allocators.
    SlabAllocator slabs() {
        return slabs;
    }

    /// Takes the trace's events.
    TraceReplay replay() {
        return replay;
    }

    /// What the machine is made of.
    MachineConfig config() {
        return machine.config();
    }

    @Override
    public void close() {
        machine.close();
    }
}
