package org.kmemlab.lab.advise;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.lab.workload.Calls;
import org.kmemlab.lab.workload.Workload;
import org.kmemlab.slab.ObjectEvents;
import org.kmemlab.sweep.CallSite;

/// What a workload asks of caches, by running it each time.
///
/// When a pool asks its source, the request is the pool's: it counts as one that may wait.
final class WorkloadRequests implements Requests {

    /// What `mempool_alloc` adds before it asks.
    private static final GfpFlags OF_POOL = GfpFlags.NOMEMALLOC.with(GfpFlags.NORETRY)
            .with(GfpFlags.NOWARN);

    private final Workload workload;
    private final long seed;
    private final List<CallSite> sites = new ArrayList<>();

    private static final class Run implements ObjectEvents {
        private final Visitor visitor;
        private final List<CallSite> sites;
        private long event;

        Run(Visitor visitor, List<CallSite> sites) {
            this.visitor = visitor;
            this.sites = sites;
        }

        @Override
        public void allocated(String cache, long address, GfpFlags gfp) {
            boolean atomic = !gfp.has(GfpFlags.DIRECT_RECLAIM) && !gfp.hasAll(OF_POOL);
            sites.add(atomic ? CallSite.ofCaller(WorkloadRequests::isHarness)
                    : CallSite.UNKNOWN);
            visitor.allocated(cache, atomic, address, ++event, sites.size());
        }

        @Override
        public void freed(String cache, long address) {
            visitor.freed(address, ++event);
        }
    }

    WorkloadRequests(Workload workload, long seed) {
        this.workload = workload;
        this.seed = seed;
    }

    static boolean isHarness(String className) {
        return className.startsWith(WorkloadRequests.class.getName())
                || className.startsWith(PoolTrials.class.getName());
    }

    /// Each reading runs the workload on a freshly booted kernel.
    @Override
    public long read(Visitor visitor) {
        sites.clear();
        Run run = new Run(visitor, sites);
        try (Kernel kernel = Kernel.boot(workload.machine().withSeed(seed))) {
            kernel.slab().observe(run);
            workload.run(kernel, new SplittableRandom(seed), Calls.PLAIN);
        }
        return run.event;
    }

    @Override
    public String place(long place) {
        CallSite site = sites.get(Math.toIntExact(place - 1));
        return "by " + site.entry() + " at " + site.caller();
    }
}
