package org.kmemlab.slab;

import java.util.List;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;

/// What sits between a cache and its pages. Fault injection, zeroing and accounting are done above
/// it, once for all engines.
///
/// To add an engine: its [EngineKind], a [SlabGeometry], a [CacheSnapshot], its kind of [Slab] for
/// the [SlabTable], and a case in [#of].
sealed interface SlabEngine permits SlubEngine, SheafEngine, ClassicEngine, SlobEngine {

    /// The engine of a cache, as the kernel's build has it.
    static SlabEngine of(SlabCache cache) {
        SlabAllocator allocator = cache.allocator();
        return switch (allocator.settings().engine()) {
            case SLUB -> new SlubEngine(cache,
                    allocator.freelistOrder(cache.args().name(), cache.geometry()));
            case SLAB -> new ClassicEngine(cache);
            case SLOB -> new SlobEngine(cache);
        };
    }

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

    /// Takes back `objects[from..from+count)`, SLUB from the end on; the order of the array may
    /// change.
    ///
    /// @throws SlabBugException at the first one that is no allocated object of this cache; those
    ///         that came before it are freed then, the others are not
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

    /// Fills an object that comes back with zeros, and what the engine keeps behind it.
    void wipe(long object);

    /// Fills with zeros what the engine wrote into a wiped object while it was free.
    default void wipeLink(long object) {
        // Most engines keep nothing in free objects.
    }

    /// Looks at every listed slab for damage, reports and repairs it.
    ///
    /// @return how many slabs were looked at
    default int validateSlabs(Cpu cpu) {
        return 0;
    }

    /// Who allocated the objects that are in use, or who freed them before; empty unless the cache
    /// stores its users.
    default List<TrackSite> trackSites(ObjectTracks.Kind kind) {
        return List.of();
    }

    /// Prints who allocated and who freed an object last, if the cache stores its users.
    default void printTracks(long object) {
        // Most engines do not know.
    }

    /// Notes how many bytes `kmalloc` was asked for, if the cache keeps that.
    default void setRequestedSize(long object, int size) {
        // Most engines do not.
    }

    /// What can be changed of the cache.
    ///
    /// @throws IllegalStateException if the engine has no `/sys/kernel/slab`
    default CacheTunables tunables() {
        throw noSysfs();
    }

    /// Sets a counter of all CPUs to 0.
    ///
    /// @throws IllegalStateException if the engine has no `/sys/kernel/slab`
    default void clearCounter(SlubStat stat) {
        throw noSysfs();
    }

    private static IllegalStateException noSysfs() {
        return new IllegalStateException(
                "the kernel's allocator of objects has no /sys/kernel/slab; only SLUB has");
    }

    /// What the arrays of free objects may hold.
    ///
    /// @throws IllegalStateException if the engine has no such arrays
    default ArrayLimits arrayLimits() {
        throw noArrays();
    }

    /// Changes what the arrays of free objects may hold.
    ///
    /// @throws IllegalStateException if the engine has no such arrays
    default void tune(Cpu cpu, ArrayLimits limits) {
        throw noArrays();
    }

    private static IllegalStateException noArrays() {
        return new IllegalStateException(
                "the kernel's allocator of objects has no tunables in slabinfo; only SLAB has");
    }

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
