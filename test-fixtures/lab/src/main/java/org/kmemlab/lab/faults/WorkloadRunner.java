package org.kmemlab.lab.faults;

import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.workload.Workload;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.sweep.CheckedRun;
import org.kmemlab.sweep.FaultChoice;
import org.kmemlab.sweep.FaultLayer;
import org.kmemlab.sweep.InjectedFault;
import org.kmemlab.sweep.Injection;

/// Runs one workload again and again, each time on a freshly booted kernel, so that a run depends on
/// nothing but the seed and its faults.
final class WorkloadRunner {

    private static final String OWN = WorkloadRunner.class.getPackageName() + ".";

    private final Workload workload;
    private final long seed;
    private final Collection<FaultLayer> layers;
    private final KernelRoom room;

    WorkloadRunner(Workload workload, long seed, Collection<FaultLayer> layers, KernelRoom room) {
        this.room = room;
        this.workload = workload;
        this.seed = seed;
        this.layers = List.copyOf(layers);
    }

    Workload workload() {
        return workload;
    }

    /// The command line that makes one run again. A campaign without a schedule is what shows a
    /// mistake that needs no fault.
    String command(Schedule schedule) {
        String option = workload instanceof TraceWorkload ? "--trace " : "--workload ";
        return "kmemlab faults " + option + workload.name() + " --seed " + seed
                + (schedule.faults().isEmpty() ? "" : " --schedule " + schedule);
    }

    /// One run.
    ///
    /// @param listener hears of every allocation; null for none, which is faster
    RunResult run(FaultChoice choice, Injection.@Nullable Listener listener) {
        return run(choice, listener, false);
    }

    private RunResult run(FaultChoice choice, Injection.@Nullable Listener listener,
            boolean tracked) {
        Injection injection = new Injection(choice, name -> name.startsWith(OWN), listener);
        Problem problem = null;
        try {
            MachineConfig config = workload.machine().withSeed(seed);
            MachineConfig booted = tracked
                    ? config.withProfile(config.profile().booted("page_owner=on"))
                    : config;
            room.visit(booted, kernel -> {
                injection.follow(kernel, layers);
                if (tracked) {
                    injection.trackOrigins(kernel);
                }
                CheckedRun run = new CheckedRun(kernel, injection);
                workload.run(kernel, new SplittableRandom(seed), run::call);
                run.check();
            });
        } catch (RuntimeException | AssertionError failure) {
            // Whatever the code under test does is a finding, never the end of the campaign.
            problem = Problem.of(failure);
        }
        return new RunResult(injection.injected(), injection.count(), problem);
    }

    /// One run without anybody listening.
    RunResult run(FaultChoice choice) {
        return run(choice, null);
    }

    /// A run again, in full detail: the message of its problem then names call sites, and for what
    /// leaked the stack that allocated it.
    RunResult explain(FaultChoice choice) {
        return run(choice, (layer, call, site, armed) -> true, true);
    }

    /// The message of a run's problem in full detail; as it is if the run does something else when
    /// allocations are tracked.
    String detailed(Problem problem, List<InjectedFault> injected) {
        RunResult again = explain(Schedule.of(injected));
        Problem explained = again.problem();
        if (explained != null && again.fails(problem)
                && Schedule.of(again.injected()).equals(Schedule.of(injected))) {
            return explained.message();
        }
        return problem.message() + "\n  (with allocations tracked the run does something else,"
                + " so the stacks of what leaked are not known)";
    }
}
