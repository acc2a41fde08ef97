package org.kmemlab.buddy;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import org.kmemlab.machine.PfnRange;

/// Takes blocks back from their users, if they are theirs.
final class HeldBlocks {

    private final MemMap map;

    HeldBlocks(MemMap map) {
        this.map = map;
    }

    /// Checks that a block is in use and marks its frames as nobody's.
    ///
    /// @throws BadPageException if no block of that order is in use there; nothing is changed
    void release(int pfn, int order) {
        check(pfn, order);
        if (FrameState.kind(map.state(pfn)) == FrameState.USED_BEFORE) {
            map.setStates(new PfnRange(pfn, pfn + (1 << order)), (short) 0);
        } else {
            map.setState(pfn, (short) 0);
        }
    }

    /// Checks that a block of an order is in use.
    ///
    /// @throws BadPageException if it is not
    void check(int pfn, int order) {
        if (order < 0 || order > MAX_PAGE_ORDER || !map.isFrame(pfn)
                || (pfn & (1 << order) - 1) != 0) {
            throw new BadPageException(pfn, order, "is no block of that order in this machine");
        }
        short state = map.state(pfn);
        boolean held = FrameState.kind(state) == FrameState.USED
                && FrameState.order(state) == order;
        if (!held) {
            checkUsedBefore(pfn, order);
        }
    }

    /// Frames in use since before the recorded state belong to blocks of unknown order.
    private void checkUsedBefore(int pfn, int order) {
        for (int at = pfn; at < pfn + (1 << order); at++) {
            short state = map.isFrame(at) ? map.state(at) : 0;
            if (FrameState.kind(state) != FrameState.USED_BEFORE) {
                throw new BadPageException(pfn, order, at == pfn ? FrameState.describe(state)
                        : "holds pfn 0x" + Integer.toHexString(at) + ", which "
                                + FrameState.describe(state));
            }
        }
    }

    /// Makes a block in use single pages.
    void split(int pfn, int order) {
        check(pfn, order);
        for (int at = pfn; at < pfn + (1 << order); at++) {
            map.setState(at, FrameState.used(PageUse.PLAIN, 0));
            map.setPrev(at, 0, 0);
        }
    }
}
