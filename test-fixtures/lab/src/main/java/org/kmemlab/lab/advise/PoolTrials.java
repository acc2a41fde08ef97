package org.kmemlab.lab.advise;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

import org.kmemlab.api.Kernel;
import org.kmemlab.fault.FaultCall;
import org.kmemlab.lab.workload.Workload;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.mempool.MempoolRequest;
import org.kmemlab.sweep.CallSite;
import org.kmemlab.sweep.FaultLayer;
import org.kmemlab.sweep.Injection;

/// Finds the smallest reserve that the pools of a workload need, by running it with one size after the
/// other while their sources fail.
///
/// All pools of the workload get the same size when the first of them is asked. While an outage lasts
/// no source gives anything, so that the reserves must serve; it may begin with any request. A run is good
/// if no request that may not wait fails, whether or not the workload copes with that, and none that may
/// waits for ever: in a run of one task nobody else gives an element back.
public final class PoolTrials {

    private final Workload workload;
    private final long seed;

    /// One run.
    private final class Trial {
        private final Kernel kernel = Kernel.boot(workload.machine().withSeed(seed));
        private final int minNr;
        private final Injection injection;
        private final Set<String> names = new TreeSet<>();
        private int minNrNow;
        private boolean sized;
        private boolean failed;
        private String failedPlace = "";
        private CallSite site = CallSite.UNKNOWN;
        /// A request was refused and found no reserve: it fails, unless it asks once more.
        private boolean refused;

        /// @param minNr 0 to leave the pools as they are
        /// @param from the first request that a source is not to serve
        Trial(int minNr, long from, long outageRequests) {
            this.minNr = minNr;
            this.injection = new Injection((layer, ordinal,
                    count) -> refuses(count >= from && count - from < outageRequests),
                    WorkloadRequests::isHarness, this::hears);
        }

        private boolean refuses(boolean outage) {
            refused = outage && kernel.pools().stream()
                    .anyMatch(pool -> pool.snapshot().currNr() == 0);
            return outage;
        }

        private boolean hears(FaultLayer layer, FaultCall call, CallSite where, boolean armed) {
            if (refused && !isLaterAttempt()) {
                noteFailure();
            }
            site = where;
            names.add(call.target());
            if (!sized) {
                sized = true;
                kernel.pools().forEach(this::size);
            }
            return true;
        }

        private void size(Mempool pool) {
            minNrNow = Math.max(minNrNow, pool.snapshot().minNr());
            if (minNr > 0) {
                pool.resize(kernel.machine().cpu(0), minNr);
            }
        }

        Trial run() {
            try (kernel) {
                injection.follow(kernel, List.of(FaultLayer.MEMPOOL));
                injection.setArmed(true);
                workload.run(kernel, new SplittableRandom(seed), call -> {
                    boolean good = call.getAsBoolean();
                    if (!good) {
                        noteFailure();
                    }
                    return good;
                });
            } catch (RuntimeException broken) {
                // A wait without end, or an error path that is wrong: canaries have such.
                noteFailure();
            }
            if (refused) {
                noteFailure();
            }
            return this;
        }

        private void noteFailure() {
            if (!failed) {
                failed = true;
                failedPlace = "by " + site.entry() + " at " + site.caller();
            }
        }
    }

    /// Requests that may wait ask a second time, and after each sleep; others only once.
    private static boolean isLaterAttempt() {
        return StackWalker.getInstance().walk(frames -> frames
                .anyMatch(frame -> frame.getClassName().equals(MempoolRequest.class.getName())));
    }

    private PoolTrials(Workload workload, long seed) {
        this.workload = workload;
        this.seed = seed;
    }

    /// Finds the smallest reserve; nothing if the workload never asks a pool.
    ///
    /// @param seed of its machine and its random numbers
    /// @param outageRequests for how many requests to the sources an outage lasts; 1 or more, or
    ///        [PoolAdvisor#WHOLE_RUN]
    public static Optional<OwnPoolAdvice> advise(Workload workload, long seed,
            long outageRequests) {
        PoolTrials trials = new PoolTrials(workload, seed);
        Trial plain = trials.new Trial(0, Long.MAX_VALUE, 0).run();
        if (plain.names.isEmpty() || plain.failed) {
            return Optional.empty();
        }
        return Optional.of(trials.search(plain, outageRequests));
    }

    private OwnPoolAdvice search(Trial plain, long outageRequests) {
        long fromRequest = 0;
        String failedPlace = "";
        // A reserve of as many elements as there are requests serves them all.
        for (int minNr = 1; minNr <= plain.injection.count(); minNr++) {
            Trial trial = new Trial(minNr, 1, outageRequests).run();
            long from = 1;
            long starts = outageRequests == PoolAdvisor.WHOLE_RUN ? 1 : trial.injection.count();
            while (!trial.failed && from < starts) {
                from++;
                trial = new Trial(minNr, from, outageRequests).run();
                starts = Math.max(starts, trial.injection.count());
            }
            if (!trial.failed) {
                return new OwnPoolAdvice(String.join(", ", plain.names), minNr, plain.minNrNow,
                        plain.injection.count(), from, fromRequest, failedPlace);
            }
            fromRequest = from;
            failedPlace = trial.failedPlace;
        }
        throw new IllegalStateException("workload " + workload.name() + ", seed " + seed
                + ": fails with a reserve of " + plain.injection.count()
                + ", which is one element for each request: " + failedPlace);
    }
}
