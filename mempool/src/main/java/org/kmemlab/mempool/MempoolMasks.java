package org.kmemlab.mempool;

import static org.kmemlab.buddy.GfpFlags.DIRECT_RECLAIM;
import static org.kmemlab.buddy.GfpFlags.IO;
import static org.kmemlab.buddy.GfpFlags.NOMEMALLOC;
import static org.kmemlab.buddy.GfpFlags.NORETRY;
import static org.kmemlab.buddy.GfpFlags.NOWARN;

import org.kmemlab.buddy.GfpFlags;

/// What a pool asks its source for on behalf of one request.
///
/// @param asked the caller's flags
/// @param first the first attempt: quiet, no reserves of the page allocator, no reclaim, no I/O
/// @param later all later attempts: as the first, but with the caller's reclaim and I/O
record MempoolMasks(GfpFlags asked, GfpFlags first, GfpFlags later) {

    private static final GfpFlags ADDED = NOMEMALLOC.with(NORETRY).with(NOWARN);
    private static final GfpFlags LATER_ONLY = DIRECT_RECLAIM.with(IO);

    static MempoolMasks of(GfpFlags asked) {
        GfpFlags later = asked.with(ADDED);
        return new MempoolMasks(asked, later.without(LATER_ONLY), later);
    }
}
