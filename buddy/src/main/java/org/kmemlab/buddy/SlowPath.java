package org.kmemlab.buddy;

import org.kmemlab.machine.Cpu;

/// What happens when no zone is above its low watermark.
///
/// Requests that cannot wait go below the mark as far as their flags allow and fail otherwise.
/// Requests that can wait make room first: shrinkers, the high-order atomic reserve and the lists of
/// the CPUs give pages back, until the request succeeds or nothing moves any more.
///
/// Differs from Linux: a request that may not fail by the kernel's rules (order 0 to 3 with
/// `GFP_KERNEL`) fails here when [#RETRIES] rounds freed nothing, because there are no tasks to kill.
final class SlowPath {

    /// Rounds without progress after which a request gives up (`MAX_RECLAIM_RETRIES`).
    static final int RETRIES = 16;

    /// A request on its way through the slow path; only here is it worth an object.
    private record Request(Cpu cpu, GfpFlags gfp, int order, ZoneList zones) {}

    private final PageAllocator pages;
    private final Reclaim reclaim;

    SlowPath(PageAllocator pages, Reclaim reclaim) {
        this.pages = pages;
        this.reclaim = reclaim;
    }

    /// Serves a request that the fast path could not.
    ///
    /// @return the block's first frame; [PageAllocator#NONE] if there is no memory
    int alloc(Cpu cpu, GfpFlags gfp, int order, ZoneList zones) {
        Request request = new Request(cpu, gfp, order, zones);
        int flags = flags(request);
        int pfn = walk(request, flags);
        if (pfn != PageAllocator.NONE) {
            return pfn;
        }
        int reserves = reserveFlags(request.gfp());
        if (reserves != 0) {
            pfn = walk(request, reserves);
        }
        if (pfn != PageAllocator.NONE || !request.gfp().mayBlock()) {
            return pfn;
        }
        return reclaimAndRetry(request, flags);
    }

    private int walk(Request request, int flags) {
        return pages.fromZones(request.cpu(), request.gfp(), request.order(), request.zones(),
                flags);
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

    private static int reserveFlags(GfpFlags gfp) {
        boolean all = gfp.has(GfpFlags.MEMALLOC) && !gfp.has(GfpFlags.NOMEMALLOC);
        return all ? AllocFlags.NO_WATERMARKS : 0;
    }

    private int reclaimAndRetry(Request request, int flags) {
        GfpFlags gfp = request.gfp();
        boolean once = gfp.has(GfpFlags.NORETRY) || (request.order() > PerCpuPages.COSTLY_ORDER
                && !gfp.has(GfpFlags.RETRY_MAYFAIL));
        int idleRounds = 0;
        while (idleRounds <= RETRIES) {
            long freed = reclaim.run(request.cpu());
            int pfn = afterReclaim(request, flags, freed > 0);
            if (pfn != PageAllocator.NONE || once) {
                return pfn;
            }
            idleRounds = freed > 0 ? 0 : idleRounds + 1;
        }
        return lastResort(request, flags);
    }

    private int afterReclaim(Request request, int flags, boolean progress) {
        if (!progress) {
            return PageAllocator.NONE;
        }
        int pfn = walk(request, flags);
        if (pfn == PageAllocator.NONE) {
            releaseHighatomic(request, false);
            pages.drainAllPages();
            pfn = walk(request, flags);
        }
        return pfn;
    }

    private int lastResort(Request request, int flags) {
        releaseHighatomic(request, true);
        pages.drainAllPages();
        int pfn = walk(request, flags);
        if (pfn == PageAllocator.NONE && request.gfp().has(GfpFlags.NOFAIL)) {
            pfn = walk(request, AllocFlags.NO_WATERMARKS);
        }
        return pfn;
    }

    private void releaseHighatomic(Request request, boolean last) {
        for (int i = 0; i < request.zones().size(); i++) {
            if (request.zones().get(i).highatomic.release(request.gfp().migrateType(), last)) {
                return;
            }
        }
    }
}
