package org.kmemlab.buddy;

/// Rights and duties of one attempt to take pages from a zone (`ALLOC_*`), as bits of an `int`.
final class AllocFlags {

    /// Which watermark to test: [#WMARK_MIN], [#WMARK_LOW] or [#WMARK_HIGH].
    static final int WMARK_MASK = 0x3;
    static final int WMARK_MIN = 0;
    static final int WMARK_LOW = 1;
    static final int WMARK_HIGH = 2;
    /// Test no watermark.
    static final int NO_WATERMARKS = 0x4;
    /// The task is being killed for lack of memory.
    static final int OOM = 0x8;
    /// The caller cannot wait.
    static final int NON_BLOCK = 0x10;
    /// May take half of the min reserve.
    static final int MIN_RESERVE = 0x20;
    /// Take whole pageblocks from other types or nothing.
    static final int NOFRAGMENT = 0x100;
    /// May take from the high-order atomic reserve and extends it.
    static final int HIGHATOMIC = 0x200;
    /// May wake the background reclaimer.
    static final int KSWAPD = 0x800;
    /// Any right to reserves.
    static final int RESERVES = NON_BLOCK | MIN_RESERVE | HIGHATOMIC | OOM;

    private AllocFlags() {
    }

    static boolean has(int flags, int bits) {
        return (flags & bits) != 0;
    }
}
