package org.kmemlab.buddy;

import static org.kmemlab.buddy.BuddyLayouts.MAX_ORDER;
import static org.kmemlab.buddy.BuddyLayouts.PAGES;

/// Tries every allocation and every free in every state of a buddy of 16 pages and compares what
/// comes out with the reference.
final class ExhaustiveCheck {

    private final SmallBuddy tested;
    private final SmallBuddy reference = new ReferenceBuddy();
    private long states;
    private long allocations;
    private long frees;

    ExhaustiveCheck(SmallBuddy tested) {
        this.tested = tested;
    }

    /// States that were loaded.
    long states() {
        return states;
    }

    /// Allocations that were tried: one of each order in each state.
    long allocations() {
        return allocations;
    }

    /// Frees that were tried: one of each allocated block in each state.
    long frees() {
        return frees;
    }

    /// @throws AssertionError naming the first state and step after which they differ
    void run() {
        for (long layout : BuddyLayouts.all()) {
            load(layout);
            compare(layout, "load");
            tested.validate();
            states++;
            if (tested.knowsOrders()) {
                tryAllocations(layout);
            }
            tryFrees(layout);
        }
    }

    private void load(long layout) {
        reference.load(layout);
        tested.load(layout);
    }

    private void tryAllocations(long layout) {
        for (int order = 0; order <= MAX_ORDER; order++) {
            load(layout);
            int expected = reference.alloc(order);
            int got = tested.alloc(order);
            if (got != expected) {
                throw new AssertionError(after(layout, "alloc order " + order)
                        + "expected pfn " + expected + ", got " + got);
            }
            compare(layout, "alloc", expected, order);
            allocations++;
        }
    }

    private void tryFrees(long layout) {
        for (int pfn = 0; pfn < PAGES; pfn++) {
            int order = BuddyLayouts.usedOrder(layout, pfn);
            if (order >= 0) {
                load(layout);
                reference.free(pfn, order);
                tested.free(pfn, order);
                compare(layout, "free", pfn, order);
                frees++;
            }
        }
    }

    private void compare(long layout, String step, int pfn, int order) {
        if (differs()) {
            compare(layout, step + " pfn " + pfn + " order " + order);
        }
    }

    private boolean differs() {
        boolean differs = tested.layout() != expectedLayout()
                || tested.freePages() != reference.freePages();
        for (int order = 0; order <= MAX_ORDER; order++) {
            differs |= tested.list(order) != reference.list(order);
        }
        return differs;
    }

    private long expectedLayout() {
        long layout = reference.layout();
        return tested.knowsOrders() ? layout : BuddyLayouts.withoutUsedOrders(layout);
    }

    private void compare(long layout, String step) {
        String differences = "";
        if (tested.layout() != expectedLayout()) {
            differences += "expected " + BuddyLayouts.describe(expectedLayout()) + ", got "
                    + BuddyLayouts.describe(tested.layout()) + "; ";
        }
        for (int order = 0; order <= MAX_ORDER; order++) {
            if (tested.list(order) != reference.list(order)) {
                differences += "list of order " + order + ": expected 0x"
                        + Long.toHexString(reference.list(order)) + ", got 0x"
                        + Long.toHexString(tested.list(order)) + "; ";
            }
        }
        if (tested.freePages() != reference.freePages()) {
            differences += "expected " + reference.freePages() + " free pages, got "
                    + tested.freePages();
        }
        if (!differences.isEmpty()) {
            throw new AssertionError(after(layout, step) + differences);
        }
    }

    private static String after(long layout, String step) {
        return BuddyLayouts.describe(layout) + ": after " + step + ": ";
    }
}
