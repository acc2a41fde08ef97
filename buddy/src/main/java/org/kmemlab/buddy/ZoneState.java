package org.kmemlab.buddy;

import java.util.List;

import org.apache.commons.lang3.Validate;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.ZoneSpan;

/// The pages of a zone and what its requests are measured by: taken from a running allocator, or
/// recorded from a real kernel and loaded into one.
///
/// Not in it: how the pending changes of the free counter are spread over CPUs, how long compaction
/// leaves the zone alone, whether the background reclaimer is awake, and the random numbers to come.
///
/// @param span where the zone lies
/// @param pageblockTypes one for each pageblock from the zone's start rounded down
/// @param freeLists the free lists that are not empty
/// @param perCpu the lists of each CPU
/// @param watermarks the marks without boost
/// @param lowmemReserve pages kept from requests that could use a higher zone, by the ordinal of the
///        highest zone
/// @param countedFreePages the counter of free pages without what CPUs have pending
/// @param highatomicPages pages in pageblocks set apart for urgent requests
/// @param boostPages pages that all marks are raised by
public record ZoneState(ZoneSpan span, List<MigrateType> pageblockTypes, List<FreeList> freeLists,
        List<CpuLists> perCpu, Watermarks watermarks, List<Integer> lowmemReserve,
        long countedFreePages, int highatomicPages, int boostPages) {

    /// One free list.
    ///
    /// @param order order of its blocks
    /// @param type the list's migrate type
    /// @param pfns first frames of its blocks, the one to be handed out next first
    public record FreeList(int order, MigrateType type, List<Integer> pfns) {

        /// Checks the order and copies the list.
        public FreeList {
            Validate.inclusiveBetween(0, KernelProfile.MAX_PAGE_ORDER, order,
                    "free list of order " + order + ": expected 0 to "
                            + KernelProfile.MAX_PAGE_ORDER);
            pfns = List.copyOf(pfns);
        }
    }

    /// One CPU's lists of the zone.
    ///
    /// @param cpu the CPU
    /// @param countPages pages on all its lists
    /// @param high pages from which on some are given back
    /// @param batch pages moved at once
    /// @param freeFactor how much the batch grows while freeing goes on, as a power of two
    /// @param lists the lists that are not empty
    public record CpuLists(int cpu, int countPages, int high, int batch, int freeFactor,
            List<CpuList> lists) {

        /// Checks the numbers and copies the lists.
        public CpuLists {
            Validate.isTrue(cpu >= 0 && high >= 0 && batch >= 0 && freeFactor >= 0
                    && freeFactor <= PerCpuPages.FREE_FACTOR_MOST,
                    "lists of cpu %d with high %d, batch %d, free_factor %d: expected 0 or more,"
                            + " the last at most %d",
                    cpu, high, batch, freeFactor, PerCpuPages.FREE_FACTOR_MOST);
            lists = List.copyOf(lists);
        }
    }

    /// One list of one CPU.
    ///
    /// @param index `3 * order + migrate type`; 12 and 13 for order 9, not movable and movable
    /// @param pfns first frames, the one to be handed out next first
    public record CpuList(int index, List<Integer> pfns) {

        /// The order of its blocks.
        public int order() {
            return PerCpuPages.order(index);
        }
    }

    /// Copies the lists.
    public ZoneState {
        pageblockTypes = List.copyOf(pageblockTypes);
        freeLists = List.copyOf(freeLists);
        perCpu = List.copyOf(perCpu);
        lowmemReserve = List.copyOf(lowmemReserve);
    }

    /// Blocks on the free lists, by order.
    public int[] nrFree() {
        int[] counts = new int[KernelProfile.MAX_PAGE_ORDER + 1];
        freeLists.forEach(list -> counts[list.order()] += list.pfns().size());
        return counts;
    }

    /// Changes of the counter of free pages that a CPU keeps for itself at most.
    ///
    /// @param cpus CPUs online
    public int countThreshold(int cpus) {
        return FreeCounter.threshold(cpus, span.managedPages());
    }

    /// Pages on the free lists.
    public long freePages() {
        return freeLists.stream().mapToLong(list -> (long) list.pfns().size() << list.order())
                .sum();
    }
}
