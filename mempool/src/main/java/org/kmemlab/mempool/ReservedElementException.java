package org.kmemlab.mempool;

/// An element was given back to a pool in whose reserve it already lies: it was freed before. Nothing
/// was changed.
public final class ReservedElementException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final long element;

    ReservedElementException(long element, Mempool pool) {
        super("element 0x" + Long.toHexString(element)
                + " was freed before: it lies in the reserve of "
                + pool);
        this.element = element;
    }

    /// The element.
    public long element() {
        return element;
    }
}
