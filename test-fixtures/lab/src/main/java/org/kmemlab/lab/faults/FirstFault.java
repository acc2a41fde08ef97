package org.kmemlab.lab.faults;

import java.util.List;

import org.kmemlab.lab.faults.Schedule.Fault;

/// All runs of a workload in which a certain allocation is the first to fail: it alone, it and all
/// later ones, it and each later one.
final class FirstFault {

    private final Baseline baseline;
    private final WorkloadRunner runner;
    private final int n;
    private final WorkloadTally tally;

    /// @param n the allocation, from 1
    FirstFault(Baseline baseline, int n, WorkloadTally tally) {
        this.baseline = baseline;
        this.runner = baseline.runner();
        this.n = n;
        this.tally = tally;
    }

    void run(boolean sticky, boolean pairs) {
        CallTrace trace = new CallTrace();
        Fault first = baseline.call(n).fault();
        RunResult alone = runner.run(new Schedule(List.of(first)), trace);
        checkSame(alone, trace);
        tally.count(alone);
        tally.failedFirst(baseline.call(n).site());
        List<CallTrace.Call> later = trace.calls().subList(n, trace.calls().size());
        later.forEach(call -> tally.late(call.site(), false));
        if (alone.problem() != null) {
            tally.found(alone.problem(), alone);
        }
        if (sticky) {
            runSticky(alone);
        }
        if (pairs) {
            later.forEach(call -> runPair(alone, first, call));
        }
    }

    /// The same allocation must be met as without faults, else nothing of this could be replayed.
    private void checkSame(RunResult result, CallTrace trace) {
        boolean met = result.injected().size() == 1 && trace.calls().size() >= n
                && trace.calls().get(n - 1).equals(baseline.call(n));
        if (!met) {
            throw new IllegalStateException("workload " + runner.workload().name()
                    + " is not deterministic: its allocation " + n + " was "
                    + baseline.call(n) + " and is " + result.injected() + " now");
        }
    }

    private void runSticky(RunResult alone) {
        CallTrace trace = new CallTrace();
        RunResult result = runner.run((layer, ordinal, count) -> count >= n, trace);
        tally.count(result);
        trace.calls().subList(n, trace.calls().size())
                .forEach(call -> tally.late(call.site(), true));
        shrinkNews(alone, result);
    }

    private void runPair(RunResult alone, Fault first, CallTrace.Call second) {
        RunResult result = runner.run(new Schedule(List.of(first, second.fault())));
        tally.count(result);
        tally.late(second.site(), true);
        shrinkNews(alone, result);
    }

    /// What fails with the first fault alone needs no other.
    private void shrinkNews(RunResult alone, RunResult result) {
        if (alone.problem() == null) {
            tally.shrink(result);
        }
    }
}
