package org.kmemlab.slab;

import java.util.List;

/// All that can be seen of the heap of SLOB at one moment.
///
/// @param small the pages with free blocks that serve requests below 256 bytes, in search order
/// @param medium those for requests below 1,024 bytes
/// @param large those for requests below a page
/// @param kmallocs blocks that `kmalloc` has given out
public record SlobView(List<Page> small, List<Page> medium, List<Page> large, long kmallocs) {

    /// A page with free blocks.
    ///
    /// @param pfn its frame
    /// @param units free units of two bytes, of all blocks
    /// @param free its free blocks in the order of the chain
    public record Page(int pfn, int units, List<Free> free) {

        /// Copies the list.
        public Page {
            free = List.copyOf(free);
        }
    }

    /// A free block.
    ///
    /// @param place where it begins, in units from the start of the page
    /// @param units how long it is
    public record Free(int place, int units) {}

    /// Copies the lists.
    public SlobView {
        small = List.copyOf(small);
        medium = List.copyOf(medium);
        large = List.copyOf(large);
    }

    /// The three lists, the one of the smallest requests first.
    public List<List<Page>> lists() {
        return List.of(small, medium, large);
    }
}
