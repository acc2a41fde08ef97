package org.kmemlab.lab.faults;

import java.util.Comparator;
import java.util.List;

import org.kmemlab.sweep.InjectedFault;

/// A mistake of a workload, with the fewest faults that show it.
///
/// @param kind in a word
/// @param message in full
/// @param schedule the faults as `--schedule` takes them; empty if none is needed
/// @param replay the command line that shows it again
/// @param faults the allocations that fail
public record Finding(String kind, String message, String schedule, String replay,
        List<Culprit> faults) {

    /// The simplest finding first.
    static final Comparator<Finding> ORDER = Comparator
            .comparingInt((Finding finding) -> finding.faults.size())
            .thenComparingInt(finding -> finding.faults.stream().mapToInt(Culprit::n).sum())
            .thenComparing(Finding::schedule);

    /// An allocation that failed.
    ///
    /// @param n which one of the run it was, from 1
    /// @param point the fault point
    /// @param target the cache or pool that was asked; empty for none
    /// @param size what it asked for, in the unit of the point
    /// @param site where
    public record Culprit(int n, String point, String target, int size, Site site) {

        static Culprit of(InjectedFault fault) {
            return new Culprit(fault.count(), fault.call().point(), fault.call().target(),
                    fault.call().size(), Site.of(fault.layer(), fault.site()));
        }
    }

    /// Copies the faults.
    public Finding {
        faults = List.copyOf(faults);
    }

    static Finding of(WorkloadRunner runner, Problem problem, List<InjectedFault> injected) {
        Schedule schedule = Schedule.of(injected);
        return new Finding(problem.kind(), runner.detailed(problem, injected), schedule.toString(),
                runner.command(schedule), injected.stream().map(Culprit::of).toList());
    }

    /// What two findings have in common that show one mistake: the kind, and where the last of the
    /// faults is, which the code did not survive.
    List<Object> signature() {
        return faults.isEmpty() ? List.of(kind) : List.of(kind, faults.getLast().site());
    }
}
