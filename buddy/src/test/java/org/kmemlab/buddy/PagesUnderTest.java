package org.kmemlab.buddy;

import java.util.List;

/// The page allocator as the model sees it, so that defects can be planted in between.
///
/// Node -1 is the node of the CPU; [PageAllocator#NONE] means no memory.
interface PagesUnderTest {

    /// Takes a block.
    int alloc(int cpu, int node, GfpFlags gfp, int order);

    /// Fills the elements that are [PageAllocator#NONE] with single pages.
    int allocBulk(int cpu, int node, GfpFlags gfp, int[] pfns);

    /// Takes a number of contiguous pages.
    int allocExact(int cpu, int pages, GfpFlags gfp);

    /// Gives a block back.
    void free(int cpu, int pfn, int order);

    /// Gives a block back past the lists of the CPU.
    void freeToZone(int cpu, int pfn, int order);

    /// Gives contiguous pages back.
    void freeExact(int cpu, int pfn, int pages);

    /// Makes single pages of an allocated block.
    void split(int pfn, int order);

    /// Empties the lists of all CPUs.
    void drain();

    /// Lets a timer tick pass: background work runs.
    void tick();

    /// The state of all zones.
    List<ZoneState> snapshot();

    /// Goes on with a new allocator in this state.
    void load(List<ZoneState> state);

    /// Free pages by the zones' counters, and those on the lists of CPUs.
    long countedPages();

    /// Free pages by the number of free blocks of each order, and those on the lists of CPUs.
    long listedPages();

    /// Whether some free pages are set apart for urgent requests.
    boolean hasReserve();

    /// Walks everything and checks the invariants.
    void validate();
}
