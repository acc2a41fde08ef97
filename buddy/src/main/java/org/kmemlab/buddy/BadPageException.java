package org.kmemlab.buddy;

/// A block was given back that the caller does not hold: freed twice, with another order, from its
/// middle, or never allocated. Nothing was changed.
public final class BadPageException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final int pfn;
    private final int order;

    BadPageException(int pfn, int order, String found) {
        super("cannot free pfn 0x" + Integer.toHexString(pfn) + " with order " + order + ": it "
                + found);
        this.pfn = pfn;
        this.order = order;
    }

    /// The page frame that was to be freed.
    public int pfn() {
        return pfn;
    }

    /// The order that was given.
    public int order() {
        return order;
    }
}
