package org.kmemlab.buddy;

/// A buddy allocator of 16 pages that can be put into any state: the allocator under test, its
/// reference, or either with a planted defect.
interface SmallBuddy {

    /// Brings it into the state of a layout (see [BuddyLayouts]), each list in ascending order.
    void load(long layout);

    /// Takes a block.
    ///
    /// @return its first page; [PageAllocator#NONE] if there is none
    int alloc(int order);

    /// Gives a block back.
    void free(int pfn, int order);

    /// The blocks there are now.
    long layout();

    /// The list of free blocks of an order: a hex digit for each first page, the one to be handed
    /// out next first, after a leading 1.
    long list(int order);

    /// Pages counted as free.
    long freePages();

    /// Whether it knows the orders of allocated blocks that were loaded.
    default boolean knowsOrders() {
        return true;
    }

    /// Checks whatever it can check of itself.
    default void validate() {
    }
}
