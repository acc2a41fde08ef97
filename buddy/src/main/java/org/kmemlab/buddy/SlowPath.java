package org.kmemlab.buddy;

import org.kmemlab.machine.Cpu;

/// What happens when no zone is above its low watermark.
///
/// **Concepts.** Requests that cannot wait go below the marks as far as their flags allow and fail
/// otherwise. Requests that can wait make room first, in rounds: compaction, shrinkers, then the
/// high-order atomic reserve and the lists of the CPUs give pages back.
///
/// ```text
///   walk at the min mark ─► compaction (large orders) ─► reserves ─► cannot wait: fail
///     ┌──────────────────────────────────────────────────────────────────────┘
///     └─► reclaim ─► walk ─► give reserves and CPU lists back ─► walk ─► compaction ─┐
///           ▲        NORETRY, or large without RETRY_MAYFAIL: fail                   │
///           └──────────── progress, or free + reclaimable would suffice ◄────────────┘
///                                      nothing moves: OomHandler, then fail
/// ```
///
/// Differs from Linux: a request that may not fail by the kernel's rules (order 0 to 3 with
/// `GFP_KERNEL`, or `__GFP_NOFAIL`) fails here when the [OomHandler] has nothing to give up, because
/// there are no tasks to kill.
final class SlowPath {

    /// Rounds without progress after which a request gives up (`MAX_RECLAIM_RETRIES`).
    static final int RETRIES = 16;

    /// A request on its way through the slow path; only here is it worth an object.
    private record Request(Cpu cpu, GfpFlags gfp, int order, ZoneList zones) {

        boolean isCostly() {
            return order > PerCpuPages.COSTLY_ORDER;
        }
    }

    private final PageAllocator pages;
    private final ZoneWalk walk;
    private final Reclaim reclaim;
    private final Compaction compaction;
    private OomHandler oom = OomHandler.NONE;

    SlowPath(PageAllocator pages, ZoneWalk walk, Reclaim reclaim, Compaction compaction) {
        this.pages = pages;
        this.walk = walk;
        this.reclaim = reclaim;
        this.compaction = compaction;
    }

    void onOutOfMemory(OomHandler handler) {
        oom = handler;
    }

    /// Serves a request that the fast path could not.
    ///
    /// @return the block's first frame; [PageAllocator#NONE] if there is no memory
    int alloc(Cpu cpu, GfpFlags gfp, int order, ZoneList zones) {
        int pfn = serve(new Request(cpu, gfp, order, zones));
        if (pfn == PageAllocator.NONE) {
            pages.handover().reports().allocationFailed(cpu, gfp, order, pages);
        }
        return pfn;
    }

    private int serve(Request request) {
        GfpFlags gfp = request.gfp();
        int flags = flags(request);
        say("slow path: down to the min mark");
        wakeKswapd(request);
        int pfn = walk(request, flags);
        if (pfn == PageAllocator.NONE && gfp.mayBlock() && compactsFirst(request)) {
            pfn = compactAndWalk(request, flags);
        }
        if (pfn == PageAllocator.NONE) {
            wakeKswapd(request);
            pfn = walk(request, withReserves(gfp, flags));
        }
        if (pfn != PageAllocator.NONE || !gfp.mayBlock() || isMemalloc(gfp)) {
            return pfn;
        }
        return makeRoom(request, flags);
    }

    private void say(String line) {
        DecisionTrail trail = walk.trail();
        if (trail != null) {
            trail.say(line);
        }
    }

    private int walk(Request request, int flags) {
        return walk.walk(request.cpu(), request.gfp(), request.order(), request.zones(),
                flags);
    }

    private void wakeKswapd(Request request) {
        if (request.gfp().has(GfpFlags.KSWAPD_RECLAIM)) {
            pages.wakeKswapd(request.cpu(), request.order(), request.gfp().highestZone(),
                    request.zones());
        }
    }

    private static int flags(Request request) {
        GfpFlags gfp = request.gfp();
        int flags = AllocFlags.WMARK_MIN | AllocFlags.CPUSET;
        if (gfp.has(GfpFlags.HIGH)) {
            flags |= AllocFlags.MIN_RESERVE;
        }
        if (gfp.has(GfpFlags.KSWAPD_RECLAIM)) {
            flags |= AllocFlags.KSWAPD;
        }
        if (!gfp.mayBlock() && !gfp.has(GfpFlags.NOMEMALLOC)) {
            flags |= AllocFlags.NON_BLOCK;
            if (request.order() > 0 && gfp.has(GfpFlags.HIGH)) {
                flags |= AllocFlags.HIGHATOMIC;
            }
        }
        return flags;
    }

    private static boolean isMemalloc(GfpFlags gfp) {
        return gfp.has(GfpFlags.MEMALLOC) && !gfp.has(GfpFlags.NOMEMALLOC);
    }

    private static int withReserves(GfpFlags gfp, int flags) {
        return isMemalloc(gfp) ? AllocFlags.NO_WATERMARKS : flags;
    }

    /// Large blocks, and those that would split a movable pageblock, are worth moving pages for.
    private static boolean compactsFirst(Request request) {
        return request.isCostly() || (request.order() > 0
                && request.gfp().migrateType() != MigrateType.MOVABLE);
    }

    private int compactAndWalk(Request request, int flags) {
        boolean possible = request.order() > 0 && request.gfp().has(GfpFlags.IO);
        if (!possible) {
            return PageAllocator.NONE;
        }
        Compaction.Outcome outcome = compaction.run(request.cpu().id(), request.order(),
                request.gfp().highestZone(), request.zones());
        if (outcome == Compaction.Outcome.SKIPPED) {
            return PageAllocator.NONE;
        }
        int pfn = outcome == Compaction.Outcome.DONE ? walk(request, flags) : PageAllocator.NONE;
        say("compaction: " + outcome);
        pages.counters().compacted(pfn != PageAllocator.NONE);
        return pfn;
    }

    private int makeRoom(Request request, int flags) {
        GfpFlags gfp = request.gfp();
        boolean once = gfp.has(GfpFlags.NORETRY)
                || (request.isCostly() && !gfp.has(GfpFlags.RETRY_MAYFAIL));
        int idleRounds = 0;
        while (true) {
            boolean progress = reclaimOnce(request);
            int pfn = progress ? walkAfterReclaim(request, flags) : PageAllocator.NONE;
            if (pfn == PageAllocator.NONE) {
                pfn = compactAndWalk(request, flags);
            }
            if (pfn != PageAllocator.NONE || once) {
                return pfn;
            }
            idleRounds = progress && !request.isCostly() ? 0 : idleRounds + 1;
            if (idleRounds > RETRIES || !couldSuffice(request, flags)) {
                return lastResort(request, flags);
            }
        }
    }

    /// One pass of reclaim. For a large order a zone that compaction can work with counts as
    /// progress and is left alone.
    private boolean reclaimOnce(Request request) {
        if (request.isCostly()) {
            ZoneList zones = request.zones();
            var highest = request.gfp().highestZone();
            for (int i = zones.preferred(highest); i < zones.size(); i++) {
                if (Suitability.isReady(zones.get(i), request.order(), highest)) {
                    return true;
                }
            }
        }
        pages.counters().stalled(request.gfp().highestZone());
        long freed = reclaim.run(request.cpu());
        say("direct reclaim: " + freed + " objects freed");
        if (freed > 0) {
            pages.noteReclaimed();
        }
        return freed > 0;
    }

    private int walkAfterReclaim(Request request, int flags) {
        int pfn = walk(request, flags);
        if (pfn == PageAllocator.NONE) {
            say("high-order atomic reserve and all CPUs' lists are given back");
            releaseHighatomic(request, false);
            pages.drainAllPages();
            pfn = walk(request, flags);
        }
        return pfn;
    }

    /// Whether some zone would pass if everything reclaimable were free.
    private boolean couldSuffice(Request request, int flags) {
        ZoneList zones = request.zones();
        var highest = request.gfp().highestZone();
        long reclaimable = reclaim.reclaimable();
        for (int i = zones.preferred(highest); i < zones.size(); i++) {
            Zone zone = zones.get(i);
            long mark = zone.marks.mark(flags) - reclaimable;
            int lowered = (int) Math.max(mark, Integer.MIN_VALUE / 2);
            if (zone.marks.passes(zone, 0, lowered, highest, flags)) {
                return true;
            }
        }
        return false;
    }

    private int lastResort(Request request, int flags) {
        if (releaseHighatomic(request, true)) {
            int pfn = walk(request, flags);
            if (pfn != PageAllocator.NONE) {
                return pfn;
            }
        }
        GfpFlags gfp = request.gfp();
        boolean mayKill = !request.isCostly() && !gfp.has(GfpFlags.RETRY_MAYFAIL)
                && !gfp.has(GfpFlags.THISNODE);
        while (mayKill && oom.outOfMemory(request.cpu(), gfp, request.order())) {
            int pfn = walk(request, flags);
            if (pfn != PageAllocator.NONE) {
                return pfn;
            }
        }
        return gfp.has(GfpFlags.NOFAIL) ? walk(request, AllocFlags.NO_WATERMARKS)
                : PageAllocator.NONE;
    }

    private boolean releaseHighatomic(Request request, boolean last) {
        for (int i = 0; i < request.zones().size(); i++) {
            if (request.zones().get(i).highatomic.release(request.gfp().migrateType(), last)) {
                return true;
            }
        }
        return false;
    }
}
