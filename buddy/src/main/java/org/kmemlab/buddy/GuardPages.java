package org.kmemlab.buddy;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import org.kmemlab.machine.BootParameters;

/// Keeps the other half of a block that was split for a small request from everybody, so that a
/// write past the request's end hits nobody (`debug_guardpage_minorder=`).
///
/// A guarded half is on no list and not counted as free; it merges with its buddy like a free one.
///
/// Differs from Linux: `debug_pagealloc=on` is not needed as well, because it would do nothing else
/// here.
final class GuardPages {

    private static final String PARAMETER = "debug_guardpage_minorder";
    private static final int ORDER_MOST = MAX_PAGE_ORDER / 2;

    private final MemMap map;
    private final int minOrder;

    private GuardPages(MemMap map, int minOrder) {
        this.map = map;
        this.minOrder = minOrder;
    }

    /// What the boot parameters ask for: nothing unless the parameter is given.
    static GuardPages of(BootParameters boot, MemMap map) {
        int minOrder = boot.number(PARAMETER).orElse(0);
        if (minOrder > ORDER_MOST) {
            throw new IllegalArgumentException("boot parameter " + PARAMETER + "=" + minOrder
                    + ": expected 0 to " + ORDER_MOST);
        }
        return new GuardPages(map, minOrder);
    }

    /// Whether the split-off halves of an order become guards.
    boolean claims(int order) {
        return order < minOrder;
    }

    /// Whether a guard of exactly this order starts at a frame.
    boolean isGuard(int pfn, int order) {
        return order < minOrder
                && map.state(pfn) == FrameState.of(FrameState.GUARD, order, 0);
    }

    void set(int pfn, int order) {
        map.setState(pfn, FrameState.of(FrameState.GUARD, order, 0));
    }

    void clear(int pfn) {
        map.setState(pfn, (short) 0);
    }
}
