package org.kmemlab.lab.faults;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.faults.Schedule.Fault;
import org.kmemlab.sweep.InjectedFault;

/// From a run that went wrong to the fewest faults with which it still goes wrong in the same way.
///
/// Leaving a fault out ([DeltaDebugging]) gives the allocations after it other numbers: the call that
/// it broke gets further. So a fault may seem necessary only because the others would miss their
/// allocations without it. The second step aims again: it looks for fewer faults in the same lines
/// of code, wherever these are met and whichever layer fails.
final class Shrinking {

    /// So many runs are spent on aiming again.
    private static final int RUNS_MAX = 1_000;

    private final WorkloadRunner runner;
    private final Problem problem;
    private final Set<List<String>> places = new HashSet<>();
    private int runsLeft = RUNS_MAX;

    private Shrinking(WorkloadRunner runner, Problem problem) {
        this.runner = runner;
        this.problem = problem;
    }

    /// @param failing the run, with `problem`
    static Finding shrink(WorkloadRunner runner, RunResult failing, Problem problem) {
        List<Fault> met = Schedule.of(failing.injected()).faults();
        List<Fault> necessary = DeltaDebugging.minimize(met,
                faults -> runner.run(new Schedule(faults)).fails(problem));
        RunResult explained = runner.explain(new Schedule(necessary));
        if (!explained.fails(problem)) {
            return Finding.of(runner, problem, failing.injected());
        }
        RunResult fewest = new Shrinking(runner, problem).aimAgain(explained);
        return Finding.of(runner, fewest.problem() == null ? problem : fewest.problem(),
                fewest.injected());
    }

    private RunResult aimAgain(RunResult explained) {
        for (InjectedFault fault : explained.injected()) {
            places.add(fault.site().frames());
        }
        for (int size = 1; size < explained.injected().size(); size++) {
            RunResult found = search(List.of(), 0, size);
            if (found != null) {
                return found;
            }
        }
        return explained;
    }

    /// A run that goes wrong with the given faults and up to `more` after them; null if none is found.
    ///
    /// @param behind how many allocations the faults reach
    private @Nullable RunResult search(List<Fault> faults, int behind, int more) {
        if (runsLeft-- <= 0) {
            return null;
        }
        CallTrace trace = new CallTrace();
        RunResult result = runner.run(new Schedule(faults), trace);
        if (more == 0 || result.problem() != null) {
            return result.fails(problem) ? result : null;
        }
        for (int i = behind; i < trace.calls().size(); i++) {
            if (places.contains(trace.calls().get(i).site().frames())) {
                List<Fault> longer = new ArrayList<>(faults);
                longer.add(trace.calls().get(i).fault());
                RunResult found = search(longer, i + 1, more - 1);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }
}
