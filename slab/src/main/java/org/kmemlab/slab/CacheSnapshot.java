package org.kmemlab.slab;

import java.util.List;

/// What can be seen of a cache at one moment, whatever engine keeps its objects. Each engine has a
/// record with all that only it has.
public sealed interface CacheSnapshot permits SlubSnapshot, ClassicSnapshot, SlobSnapshot {

    /// The name that slabinfo prints.
    String name();

    /// Its shape.
    SlabGeometry geometry();

    /// Creators that share it; negative for the caches that never share.
    int refcount();

    /// Slabs of all nodes.
    long slabs();

    /// Slabs as slabinfo counts the active ones.
    default long activeSlabs() {
        return slabs();
    }

    /// Objects of all slabs, free or not.
    long totalObjects();

    /// Objects as slabinfo counts them: all except those that lie free in slabs of the node lists.
    long activeObjects();

    /// Objects that were handed out and not freed.
    long allocatedObjects();

    /// The slabs that the cache can name. SLUB cannot name a slab of which every object is in use,
    /// unless the cache stores its users.
    List<ListedSlab> listedSlabs();

    /// The same cache under another name.
    CacheSnapshot named(String other);

    /// The same cache with another shape of the same engine.
    CacheSnapshot withGeometry(SlabGeometry other);

    /// All that only the classic SLAB has.
    ///
    /// @throws IllegalStateException if another engine keeps the objects
    default ClassicSnapshot classic() {
        throw new IllegalStateException("cache " + name() + " is none of SLAB's");
    }

    /// All that only SLUB has.
    ///
    /// @throws IllegalStateException if another engine keeps the objects
    default SlubSnapshot slub() {
        throw new IllegalStateException("cache " + name() + " is none of SLUB's");
    }

    /// A slab, and which of its objects are free.
    ///
    /// @param pfn its first page frame
    /// @param order log2 of its pages
    /// @param offset bytes from its first page to object 0
    /// @param objects objects it holds
    /// @param free indices of the objects that nobody uses, wherever they wait
    record ListedSlab(int pfn, int order, int offset, int objects, List<Integer> free) {

        /// Copies the list.
        public ListedSlab {
            free = List.copyOf(free);
        }
    }
}
