package org.kmemlab.buddy;

import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.ZoneType;

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
        if (pfn != PageAllocator.NONE) {
            return pfn;
        }
        boolean mayMakeRoom = gfp.mayBlock() && !reclaim.isActive();
        boolean reservesFirst = withReserves(gfp, flags) == AllocFlags.NO_WATERMARKS;
        if (mayMakeRoom && !reservesFirst && compactsFirst(request)) {
            Compaction.Outcome outcome = compact(request);
            pfn = afterCompaction(request, flags, outcome);
            boolean hopeless = outcome == Compaction.Outcome.SKIPPED && request.isCostly()
                    && gfp.has(GfpFlags.NORETRY);
            if (pfn != PageAllocator.NONE || hopeless) {
                return pfn;
            }
        }
        wakeKswapd(request);
        pfn = walk(request, withReserves(gfp, flags));
        if (pfn == PageAllocator.NONE && mayMakeRoom) {
            pfn = makeRoom(request, flags);
        }
        if (pfn == PageAllocator.NONE && gfp.mayBlock() && gfp.has(GfpFlags.NOFAIL)) {
            pfn = walk(request, AllocFlags.NO_WATERMARKS);
        }
        return pfn;
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
        int flags = AllocFlags.WMARK_MIN;
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

    /// All reserves are open to those who free memory, and to whoever asks on their behalf.
    private int withReserves(GfpFlags gfp, int flags) {
        boolean frees = gfp.has(GfpFlags.MEMALLOC) || reclaim.isActive();
        return frees && !gfp.has(GfpFlags.NOMEMALLOC) ? AllocFlags.NO_WATERMARKS : flags;
    }

    /// Large blocks, and those that would split a movable pageblock, are worth moving pages for.
    private static boolean compactsFirst(Request request) {
        return request.isCostly() || (request.order() > 0
                && request.gfp().migrateType() != MigrateType.MOVABLE);
    }

    private Compaction.Outcome compact(Request request) {
        boolean possible = request.order() > 0 && request.gfp().has(GfpFlags.IO);
        if (!possible) {
            return Compaction.Outcome.SKIPPED;
        }
        Compaction.Outcome outcome = compaction.run(request.cpu().id(), request.order(),
                request.gfp().highestZone(), request.zones());
        say("compaction: " + outcome);
        return outcome;
    }

    private int afterCompaction(Request request, int flags, Compaction.Outcome outcome) {
        if (outcome == Compaction.Outcome.SKIPPED) {
            return PageAllocator.NONE;
        }
        int pfn = outcome == Compaction.Outcome.DONE ? walk(request, flags) : PageAllocator.NONE;
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
                pfn = afterCompaction(request, flags, compact(request));
            }
            if (pfn != PageAllocator.NONE || once) {
                return pfn;
            }
            idleRounds = progress && !request.isCostly() ? 0 : idleRounds + 1;
            if (idleRounds > RETRIES || !couldSuffice(request, flags)) {
                if (releaseHighatomic(request, true)) {
                    continue;
                }
                pfn = walk(request, AllocFlags.WMARK_HIGH);
                if (pfn != PageAllocator.NONE || !killed(request)) {
                    return pfn;
                }
                idleRounds = 0;
            }
        }
    }

    /// One pass of reclaim. For a large order a zone that compaction can work with counts as
    /// progress and is left alone.
    private boolean reclaimOnce(Request request) {
        if (request.isCostly()) {
            var highest = request.gfp().highestZone();
            for (Zone zone : request.zones().upTo(highest)) {
                if (Suitability.isReady(zone, request.order(), highest)) {
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
            pages.drainAllPages(request.cpu());
            pfn = walk(request, flags);
        }
        return pfn;
    }

    /// Whether some zone would pass if everything reclaimable were free. Shrinkers count objects; at
    /// best each frees a page.
    private boolean couldSuffice(Request request, int flags) {
        var highest = request.gfp().highestZone();
        long reclaimable = reclaim.reclaimable();
        for (Zone zone : request.zones().upTo(highest)) {
            long free = zone.freePages.counted() + reclaimable;
            if (zone.marks.passes(zone, free, 0, zone.marks.mark(flags), highest, flags)) {
                return true;
            }
        }
        return false;
    }

    /// Asks the handler for memory, if the request is one that a task may be killed for.
    private boolean killed(Request request) {
        GfpFlags gfp = request.gfp();
        boolean mayKill = !request.isCostly() && !gfp.has(GfpFlags.RETRY_MAYFAIL)
                && !gfp.has(GfpFlags.THISNODE)
                && gfp.highestZone().compareTo(ZoneType.NORMAL) >= 0;
        return mayKill && reclaim
                .during(() -> oom.outOfMemory(request.cpu(), gfp, request.order()));
    }

    private boolean releaseHighatomic(Request request, boolean last) {
        for (Zone zone : request.zones().upTo(request.gfp().highestZone())) {
            if (zone.highatomic.release(request.gfp().migrateType(), last)) {
                return true;
            }
        }
        return false;
    }
}
