package org.kmemlab.slab;

import java.util.List;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;

/// What sits between a cache and its pages. Fault injection, zeroing and accounting are done above
/// it, once for all engines.
sealed interface SlabEngine permits SlubEngine {

    /// An object, as it was left by its constructor or by the last user; 0 if there is no memory.
    ///
    /// @param node wanted memory node, [KmemCache#ANY_NODE] for any
    long alloc(Cpu cpu, int node, GfpFlags gfp);

    /// Takes back an object.
    ///
    /// @throws SlabBugException if it is no allocated object of this cache; nothing is changed then
    void free(Cpu cpu, long object);

    /// Allocates objects into `out[from..from+count)`.
    ///
    /// @return how many it got; with fewer than `count` the memory ran out
    int allocBulk(Cpu cpu, GfpFlags gfp, long[] out, int from, int count);

    /// Takes back `objects[from..from+count)`; the order of the array changes.
    ///
    /// @throws SlabBugException at the first one that is no allocated object of this cache; those
    ///         behind it in the array are freed then, those before it are not
    void freeBulk(Cpu cpu, long[] objects, int from, int count);

    /// What is wrong with an address that is no allocated object of this cache.
    SlabBug describe(long address);

    /// Throws unless `address` is an allocated object of this cache.
    void requireAllocated(long address);

    /// Releases what nobody uses and sorts the rest.
    ///
    /// @return whether no slab is left
    boolean shrink(Cpu cpu);

    /// Gives up all slabs before the cache dies, and reports those that still have objects in use.
    ///
    /// @return whether no slab is left
    boolean shutdown(Cpu cpu);

    /// Looks at every listed slab for damage, reports and repairs it.
    ///
    /// @return how many slabs were looked at
    int validateSlabs(Cpu cpu);

    /// Who allocated the objects that are in use, or who freed them before; empty unless the cache
    /// stores its users.
    List<TrackSite> trackSites(ObjectTracks.Kind kind);

    /// Prints who allocated and who freed an object last, if the cache stores its users.
    void printTracks(long object);

    /// Notes how many bytes `kmalloc` was asked for, if the cache keeps that.
    void setRequestedSize(long object, int size);

    /// What can be changed of the cache.
    CacheTunables tunables();

    /// Sets a counter of all CPUs to 0.
    void clearCounter(SlubStat stat);

    /// Puts the engine, which was not used so far, into a recorded state.
    ///
    /// @throws IllegalArgumentException if the state does not fit the machine or itself
    void restore(CacheSnapshot state);

    /// Adds a slab of which every object is in use.
    ///
    /// @param pfn any of its frames
    void adoptFull(int pfn);

    /// All that can be seen of it.
    CacheSnapshot snapshot();

    /// Walks everything.
    ///
    /// @throws IllegalStateException at the first thing that is not as it must be
    void validate();
}
