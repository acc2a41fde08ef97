package org.kmemlab.lab.faults;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.workload.Workload;
import org.kmemlab.sweep.FaultLayer;

/// One run of a workload with a schedule that somebody gave.
///
/// @param workload its name
/// @param schedule the faults that were asked for
/// @param finding what was wrong with exactly these faults; null for nothing
/// @param fewest the same with the fewest faults, if fewer suffice; null if none can be left out
/// @param notMet faults that were asked for, and that the run did not come to
/// @param allocations how many allocations it made in each layer, in words
public record ScheduleRun(String workload, Schedule schedule, @Nullable Finding finding,
        @Nullable Finding fewest, List<Schedule.Fault> notMet, String allocations) {

    /// Copies the list.
    public ScheduleRun {
        notMet = List.copyOf(notMet);
    }

    /// Runs it, and if something is wrong, looks for fewer faults that show it.
    public static ScheduleRun of(Workload workload, long seed, Schedule schedule) {
        try (KernelRoom room = new KernelRoom()) {
            WorkloadRunner runner = new WorkloadRunner(workload, seed,
                    List.of(FaultLayer.values()), room);
            CallTrace trace = new CallTrace();
            RunResult result = runner.run(schedule, trace);
            Problem problem = result.problem();
            Finding finding =
                    problem == null ? null : Finding.of(runner, problem, result.injected());
            Finding fewest = problem == null || result.injected().size() < 2 ? null
                    : Shrinking.shrink(runner, result, problem);
            boolean isSmaller = fewest != null
                    && fewest.faults().size() < schedule.faults().size();
            List<Schedule.Fault> notMet = new ArrayList<>(schedule.faults());
            notMet.removeAll(Schedule.of(result.injected()).faults());
            return new ScheduleRun(workload.name(), schedule, finding, isSmaller ? fewest : null,
                    notMet, counts(trace));
        }
    }

    private static String counts(CallTrace trace) {
        return Arrays.stream(FaultLayer.values())
                .map(layer -> trace.calls().stream()
                        .filter(call -> call.fault().layer() == layer).count() + " "
                        + layer.label())
                .collect(Collectors.joining(", "));
    }
}
