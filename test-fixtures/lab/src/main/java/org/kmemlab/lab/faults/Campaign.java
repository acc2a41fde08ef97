package org.kmemlab.lab.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

import org.kmemlab.lab.workload.Workload;

/// Runs workloads with faults, systematically and at random, and reports what they did.
///
/// The work is cut into units that know nothing of each other, in an order that depends on the plan
/// alone. Threads and shards take units; the report is the same whoever takes which.
public final class Campaign {

    private static final int DRAWN_PER_UNIT = 500;

    /// A workload of a campaign.
    ///
    /// @param canary whether it has a planted defect, which must be found
    public record Target(Workload workload, boolean canary) {}

    private interface Unit {
        void run(WorkloadTally tally);
    }

    private record Work(Target target, Baseline baseline, List<Integer> firstFaults) {

        WorkloadReport report(Unit unit) {
            WorkloadTally tally = new WorkloadTally(baseline);
            unit.run(tally);
            return tally.report(target, firstFaults.size());
        }
    }

    private final List<Target> targets;
    private final CampaignPlan plan;
    private final AtomicLong unitsDone = new AtomicLong();
    private volatile long units;

    /// A campaign that has not begun.
    public Campaign(List<Target> targets, CampaignPlan plan) {
        this.targets = List.copyOf(targets);
        this.plan = plan;
    }

    /// How many units of work this shard has; 0 while that is not known.
    public long units() {
        return units;
    }

    /// How many of them are done.
    public long unitsDone() {
        return unitsDone.get();
    }

    /// Runs it.
    ///
    /// @param jobs threads
    public CampaignReport run(int jobs) {
        try (KernelRoom room = new KernelRoom();
                ExecutorService threads = Executors.newFixedThreadPool(jobs)) {
            List<Work> works = all(threads, targets.stream()
                    .<Callable<Work>>map(target -> () -> begin(target, room)).toList());
            List<Callable<WorkloadReport>> mine = unitsOfShard(works);
            units = mine.size();
            List<WorkloadReport> parts = all(threads, mine);
            List<WorkloadReport> reports = new ArrayList<>();
            for (Work work : works) {
                String name = work.target.workload().name();
                reports.add(parts.stream().filter(part -> part.name().equals(name))
                        .reduce(work.report(tally -> {
                        }), WorkloadReport::plus));
            }
            return new CampaignReport(plan.description(), plan.shards(), List.of(plan.shard()),
                    reports);
        }
    }

    private Work begin(Target target, KernelRoom room) {
        Baseline baseline = Baseline
                .of(new WorkloadRunner(target.workload(), plan.seed(), plan.layers(), room));
        return new Work(target, baseline, baseline.problem() != null ? List.of()
                : baseline.firstFaults(plan.firstFaultsMax(), new SplittableRandom(plan.seed())));
    }

    private List<Callable<WorkloadReport>> unitsOfShard(List<Work> works) {
        List<Callable<WorkloadReport>> all = new ArrayList<>();
        long good = works.stream().filter(work -> !work.target.canary()).count();
        long drawnBefore = 0;
        for (Work work : works) {
            add(all, work, tally -> countBaseline(work.baseline, tally));
            // A planted defect may need two faults, and must be found whatever is asked for.
            boolean pairs = plan.pairs() || work.target.canary();
            for (int n : work.firstFaults) {
                add(all, work, tally -> new FirstFault(work.baseline, n, tally)
                        .run(plan.sticky(), pairs));
            }
            if (!work.target.canary()) {
                drawnBefore++;
                addDrawn(all, work, plan.drawnRuns() * drawnBefore / good
                        - plan.drawnRuns() * (drawnBefore - 1) / good);
            }
        }
        List<Callable<WorkloadReport>> mine = new ArrayList<>();
        for (int i = plan.shard() - 1; i < all.size(); i += plan.shards()) {
            mine.add(all.get(i));
        }
        return mine;
    }

    private void addDrawn(List<Callable<WorkloadReport>> all, Work work, long runs) {
        if (work.baseline.allocations() == 0 || work.baseline.problem() != null) {
            return;
        }
        for (long from = 0; from < runs; from += DRAWN_PER_UNIT) {
            long first = from;
            long end = Math.min(runs, from + DRAWN_PER_UNIT);
            add(all, work, tally -> new DrawnSchedules(work.baseline, plan.seed(), tally)
                    .run(first, end));
        }
    }

    private void add(List<Callable<WorkloadReport>> all, Work work, Unit unit) {
        all.add(() -> {
            WorkloadReport report = work.report(unit);
            unitsDone.incrementAndGet();
            return report;
        });
    }

    private static void countBaseline(Baseline baseline, WorkloadTally tally) {
        Problem problem = baseline.problem();
        RunResult result = new RunResult(List.of(), baseline.allocations(), problem);
        tally.count(result);
        if (problem != null) {
            tally.found(problem, result);
        }
    }

    /// The results of all tasks, in the order of the tasks.
    private static <T> List<T> all(ExecutorService threads, List<Callable<T>> tasks) {
        List<Future<T>> futures = tasks.stream().map(threads::submit).toList();
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException failure) {
            threads.shutdownNow();
            Throwable cause = Objects.requireNonNullElse(failure.getCause(), failure);
            throw new IllegalStateException(cause.getMessage(), cause);
        } catch (InterruptedException stop) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", stop);
        }
    }
}
