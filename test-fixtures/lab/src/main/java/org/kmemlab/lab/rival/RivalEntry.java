package org.kmemlab.lab.rival;

import java.util.Set;
import java.util.function.Function;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.Policy;

/// A rival in the catalogue.
///
/// @param name by which users ask for it, such as `first-fit`
/// @param summary what it is, in a few words
/// @param source the paper, book or manual that describes it
/// @param sees wrong calls of free that it refuses; after others it may hand out memory twice
/// @param factory makes one on the pages of an allocator
public record RivalEntry(String name, String summary, String source, Set<Misuse> sees,
        Function<PageAllocator, Policy> factory) {

    /// Keeps a copy of the set.
    public RivalEntry {
        sees = Set.copyOf(sees);
    }

    @Override
    public String toString() {
        return name;
    }
}
