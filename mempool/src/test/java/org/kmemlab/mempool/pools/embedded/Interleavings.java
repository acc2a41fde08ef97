package org.kmemlab.mempool.pools.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/// Runs a few short programs in every order in which their steps can follow each other.
///
/// A program is ordinary code that calls [#step] before each access to what it shares. Exactly one
/// of them runs at a time, each on a thread of its own; at every step this class decides who goes
/// on. It tries all decisions, depth first, each run from a fresh [Case]: a sequence of decisions
/// names a run and can be made again with [#replay].
final class Interleavings {

    /// What runs, and what must hold afterwards.
    interface Case {

        /// The programs; they share what they like, and step before they touch it.
        List<Runnable> programs();

        /// Throws if what they did is wrong.
        void check();
    }

    /// What was found.
    ///
    /// @param runs how many orders were tried
    /// @param finding what went wrong first, with the decisions that lead there; null if nothing
    ///        did
    /// @param schedule those decisions: at each step the number of the program that went on
    record Result(int runs, @Nullable String finding, List<Integer> schedule) {}

    /// One program, and whether it may go on.
    private static final class Runner {
        private final Semaphore mayRun = new Semaphore(0);
        private final Semaphore paused = new Semaphore(0);
        private volatile boolean done;
        private volatile @Nullable Throwable failure;

        void runToNextStep() {
            mayRun.release();
            paused.acquireUninterruptibly();
        }
    }

    @SuppressWarnings("ThreadLocalUsage") // One of each exploration, gone with it.
    private final ThreadLocal<Runner> current = new ThreadLocal<>();
    private final Function<Interleavings, Case> cases;

    private Interleavings(Function<Interleavings, Case> cases) {
        this.cases = cases;
    }

    /// Tries every order until one is wrong.
    static Result explore(Function<Interleavings, Case> cases) {
        // On a virtual thread, too: a switch between such threads needs no system call.
        FutureTask<Result> task = new FutureTask<>(new Interleavings(cases)::exploreAll);
        Thread.ofVirtual().start(task);
        try {
            return task.get();
        } catch (InterruptedException | ExecutionException cause) {
            throw new IllegalStateException(cause);
        }
    }

    /// Tries one order; where the decisions end, the first program that can go on does.
    static Result replay(Function<Interleavings, Case> cases, List<Integer> schedule) {
        List<Integer> made = new ArrayList<>();
        String finding = new Interleavings(cases).run(schedule, made, new ArrayList<>());
        return new Result(1, finding, made);
    }

    /// A program is about to touch what it shares. Does nothing outside a program.
    void step() {
        Runner runner = current.get();
        if (runner != null) {
            runner.paused.release();
            runner.mayRun.acquireUninterruptibly();
        }
    }

    private Result exploreAll() {
        List<Integer> prefix = new ArrayList<>();
        for (int runs = 1;; runs++) {
            List<Integer> made = new ArrayList<>();
            List<List<Integer>> choices = new ArrayList<>();
            String finding = run(prefix, made, choices);
            if (finding != null) {
                return new Result(runs, finding + "; order of steps " + made, made);
            }
            int last = made.size() - 1;
            while (last >= 0 && made.get(last).equals(choices.get(last).getLast())) {
                last--;
            }
            if (last < 0) {
                return new Result(runs, null, made);
            }
            List<Integer> open = choices.get(last);
            prefix = new ArrayList<>(made.subList(0, last));
            prefix.add(open.get(open.indexOf(made.get(last)) + 1));
        }
    }

    /// @param made the decisions are added to it
    /// @param choices what could have been decided is added to it
    private @Nullable String run(List<Integer> prefix, List<Integer> made,
            List<List<Integer>> choices) {
        Case tried = cases.apply(this);
        List<Runner> runners = tried.programs().stream().map(this::start).toList();
        while (true) {
            List<Integer> ready = new ArrayList<>();
            for (int i = 0; i < runners.size(); i++) {
                if (!runners.get(i).done) {
                    ready.add(i);
                }
            }
            if (ready.isEmpty()) {
                break;
            }
            int next = made.size() < prefix.size() ? prefix.get(made.size()) : ready.getFirst();
            made.add(next);
            choices.add(ready);
            runners.get(next).runToNextStep();
        }
        for (Runner runner : runners) {
            if (runner.failure != null) {
                return runner.failure.toString();
            }
        }
        try {
            tried.check();
            return null;
        } catch (IllegalStateException wrong) {
            return wrong.getMessage();
        }
    }

    /// Starts a program and lets it run to its first step.
    private Runner start(Runnable program) {
        Runner runner = new Runner();
        Thread.ofVirtual().start(() -> {
            current.set(runner);
            runner.mayRun.acquireUninterruptibly();
            try {
                program.run();
            } catch (RuntimeException | AssertionError failure) {
                runner.failure = failure;
            } finally {
                runner.done = true;
                runner.paused.release();
            }
        });
        runner.runToNextStep();
        return runner;
    }
}
