package org.kmemlab.slab;

import java.util.List;
import java.util.Objects;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;

/// A creator's handle on a cache of equal objects (`struct kmem_cache`).
///
/// Two creators with similar wishes may share one cache; each has a handle of its own, and using
/// one after [#destroy()] is a [SlabBug.DeadCache], whoever else still uses the cache.
///
/// Addresses are those of the machine's memory; 0 is NULL. Failing for want of memory returns 0 and
/// throws nothing. Stepped runs call from one Java thread and name the CPU at each call; 1 to 3
/// array accesses and no garbage while the CPU's free list lasts.
///
/// **Live use** ([org.kmemlab.machine.Execution#LIVE]). All methods may be called by many threads
/// at once, except that nobody may use a cache that is being destroyed. [#alloc(GfpFlags)] and its kin
/// name no CPU; a [Cpu] that is named tells which memory is near when the thread's stock is empty.
///
/// @see SlabAllocator#createCache
/// @see <a href="https://docs.kernel.org/core-api/mm-api.html#the-slab-cache">The Slab Cache</a>
public final class KmemCache implements AutoCloseable {

    /// No wish for a memory node.
    public static final int ANY_NODE = -1;

    private final String name;
    private @Nullable SlabCache cache;
    /// What the handle may take from and put into without asking the cache; null for nothing. Another
    /// thread may change it, so it is read once in each operation.
    private Sheaf @Nullable [] byThread;

    KmemCache(SlabCache cache, String name) {
        this.cache = cache;
        this.name = name;
    }

    /// The name that this creator gave; the cache itself keeps the name of its first creator.
    public String name() {
        return name;
    }

    /// Whether the cache is one of this allocator's.
    public boolean isOf(SlabAllocator allocator) {
        return live().allocator() == allocator;
    }

    /// An object from the CPU's node or the next best; 0 if there is no memory.
    ///
    /// Its content is what the constructor or the last user left, unless `gfp` has
    /// [GfpFlags#ZERO] or the kernel was booted with `init_on_alloc`.
    @CheckReturnValue
    public long alloc(Cpu cpu, GfpFlags gfp) {
        Sheaf[] stock = byThread;
        if (stock != null) {
            long object = Sheaves.take(stock, Thread.currentThread(), gfp);
            if (object != 0) {
                return object;
            }
        }
        return live().alloc(cpu, ANY_NODE, gfp);
    }

    /// [#alloc(Cpu, GfpFlags)] in live use, wherever the thread runs.
    ///
    /// @throws IllegalStateException if the machine is stepped
    @CheckReturnValue
    public long alloc(GfpFlags gfp) {
        Thread me = Thread.currentThread();
        Sheaf[] stock = byThread;
        if (stock != null) {
            long object = Sheaves.take(stock, me, gfp);
            if (object != 0) {
                return object;
            }
        }
        return live().allocHere(me, gfp);
    }

    /// An object from memory of this node, or with [GfpFlags#THISNODE] from there or nowhere; 0 if
    /// there is no memory. A node that the machine does not have counts as [#ANY_NODE].
    @CheckReturnValue
    public long allocNode(Cpu cpu, int node, GfpFlags gfp) {
        return live().alloc(cpu, node, gfp);
    }

    /// A zeroed object; 0 if there is no memory.
    @CheckReturnValue
    public long zalloc(Cpu cpu, GfpFlags gfp) {
        return live().alloc(cpu, ANY_NODE, gfp.with(GfpFlags.ZERO));
    }

    /// Takes an object back. With a constructor it must be in its constructed state. With
    /// [SlabFlags#CONSISTENCY_CHECKS] an object whose surroundings were overwritten stays in use,
    /// which [SlabAllocator#onBug] and the log are told; its surroundings are repaired.
    ///
    /// @param address the object, not 0
    /// @throws SlabBugException under [MisusePolicy#REFUSE], if no allocated object of this cache
    ///         starts there; nothing is changed then
    public void free(Cpu cpu, long address) {
        Sheaf[] stock = byThread;
        if (stock == null || !Sheaves.put(stock, Thread.currentThread(), address)) {
            live().free(cpu, address);
        }
    }

    /// [#free(Cpu, long)] in live use, wherever the thread runs; any thread may free what another
    /// one allocated.
    ///
    /// @throws IllegalStateException if the machine is stepped
    public void free(long address) {
        Thread me = Thread.currentThread();
        Sheaf[] stock = byThread;
        if (stock == null || !Sheaves.put(stock, me, address)) {
            live().freeHere(me, address);
        }
    }

    /// Checks that [#free] could take an object back, without doing so.
    ///
    /// @throws SlabBugException under [MisusePolicy#REFUSE], if no allocated object of this cache
    ///         starts there
    public void requireAllocated(long address) {
        live().requireAllocated(address);
    }

    /// What happens when a caller frees what it must not free.
    public MisusePolicy misusePolicy() {
        return live().allocator().misusePolicy();
    }

    /// Allocates `count` objects or none.
    ///
    /// @param out receives the addresses from index `from` on; undefined after a failure
    /// @return `count`, or 0 if there is no memory
    /// @throws IllegalArgumentException if the range is not inside the array
    @CheckReturnValue
    public int allocBulk(Cpu cpu, GfpFlags gfp, long[] out, int from, int count) {
        checkRange(out, from, count);
        return live().allocBulk(cpu, gfp, out, from, count);
    }

    /// [#allocBulk(Cpu, GfpFlags, long[], int, int)] in live use, wherever the thread runs.
    ///
    /// @throws IllegalStateException if the machine is stepped
    @CheckReturnValue
    public int allocBulk(GfpFlags gfp, long[] out, int from, int count) {
        checkRange(out, from, count);
        SlabCache now = live();
        return now.allocBulk(now.allocator().machine().cpuOf(Thread.currentThread()), gfp, out,
                from, count);
    }

    /// Takes `count` objects back, those of one slab in one operation.
    ///
    /// @param objects the addresses from index `from` on; their order in the array changes
    /// @throws IllegalArgumentException if the range is not inside the array
    /// @throws SlabBugException under [MisusePolicy#REFUSE], at the first object, counted from the
    ///         end (SLAB: from the beginning), that is no allocated object of this cache; those
    ///         passed before it are freed then
    public void freeBulk(Cpu cpu, long[] objects, int from, int count) {
        checkRange(objects, from, count);
        live().freeBulk(cpu, objects, from, count);
    }

    /// [#freeBulk(Cpu, long[], int, int)] in live use, wherever the thread runs.
    ///
    /// @throws IllegalStateException if the machine is stepped
    public void freeBulk(long[] objects, int from, int count) {
        checkRange(objects, from, count);
        SlabCache now = live();
        now.freeBulk(now.allocator().machine().cpuOf(Thread.currentThread()), objects, from, count);
    }

    /// Lends a sheaf with at least `objects` objects in it, which later serves allocations that must
    /// not fail (`kmem_cache_prefill_sheaf`, since Linux 6.18).
    ///
    /// A cache that has sheaves of that size lends one of its own; otherwise one is made for this
    /// loan. No fault is injected into the objects, but one may hit the memory of a new sheaf.
    ///
    /// @param objects how many must be in it, at least 1
    /// @return null if there is not memory enough
    /// @throws IllegalStateException on a live machine, and for a kernel without sheaves
    public @Nullable PrefilledSheaf prefillSheaf(Cpu cpu, GfpFlags gfp, int objects) {
        Validate.isTrue(objects > 0, "a sheaf with %d objects: expected at least 1", objects);
        SlabSheaf sheaf = live().sheafLoans().lend(cpu, gfp, objects);
        return sheaf == null ? null : new PrefilledSheaf(this, sheaf);
    }

    private static void checkRange(long[] array, int from, int count) {
        Objects.requireNonNull(array, "array of objects");
        Validate.isTrue(from >= 0 && count >= 0 && count <= array.length - from,
                "%d objects from index %d: the array has %d", count, from, array.length);
    }

    /// The shape of the cache. Sharing may enlarge the object size it names.
    public SlabGeometry geometry() {
        return live().geometry();
    }

    /// Whether objects have a constructor, whose work lasts only while they go through the cache.
    public boolean hasConstructor() {
        return live().ctor() != null;
    }

    /// All that can be seen of the cache now. O(slabs that are listed).
    public CacheSnapshot snapshot() {
        SlabCache now = live();
        return now.locked(now.engine()::snapshot);
    }

    /// Marks the cache for fault injection with [Failslab#setCacheFilter], or takes the mark away
    /// (the sysfs file `failslab`).
    ///
    /// @throws IllegalArgumentException if others share the cache: they did not ask for failures
    public void setFailslab(boolean on) {
        live().setFailslab(on);
    }

    /// How much free memory the cache keeps, to be read and changed.
    public CacheTunables tunables() {
        return live().engine().tunables();
    }

    /// What the cache's arrays of free objects may hold.
    ///
    /// @throws IllegalStateException if another engine than the classic SLAB keeps the objects
    public ArrayLimits arrayLimits() {
        return live().engine().arrayLimits();
    }

    /// Changes what the cache's arrays of free objects may hold; objects that wait go back to their
    /// slabs.
    ///
    /// @throws IllegalStateException if another engine than the classic SLAB keeps the objects
    public void tuneArrays(Cpu cpu, ArrayLimits limits) {
        SlabCache now = live();
        now.locked(() -> {
            now.engine().tune(cpu, limits);
            return now;
        });
    }

    /// Sets one of the cache's counters to 0, on all CPUs.
    public void clearCounter(SlubStat stat) {
        SlabCache now = live();
        now.locked(() -> {
            now.engine().clearCounter(stat);
            return now;
        });
    }

    /// Sets one of the counters of the cache's sheaves to 0, on all CPUs.
    public void clearCounter(SheafStat stat) {
        SheafLayer layer = live().sheafLayer();
        if (layer != null) {
            layer.clearCounter(stat);
        }
    }

    /// Releases all slabs that are not in use, also those that CPUs hold.
    ///
    /// @return whether no slab is left; the kernel returns 0 then
    public boolean shrink(Cpu cpu) {
        return live().shrink(cpu);
    }

    /// Gives the cache back; see [#destroy(Cpu)]. The work is done on CPU 0.
    @CheckReturnValue
    public boolean destroy() {
        return destroy(live().allocator().machine().cpu(0));
    }

    /// Gives the cache back. It dies with its last creator, if all objects were freed; otherwise
    /// the log names those that are left and the cache stays registered, its name taken. Waits for
    /// a grace period if the cache is [SlabFlags#TYPESAFE_BY_RCU].
    ///
    /// Differs from Linux: after a failure it can be tried again, because a test that frees what
    /// was left should be able to go on; the kernel would keep the cache for ever.
    ///
    /// @return false if objects are left; the handle is still good then
    /// @throws IllegalArgumentException for a cache that is the allocator's own
    @CheckReturnValue
    public boolean destroy(Cpu cpu) {
        SlabCache dying = live();
        if (!dying.allocator().destroy(cpu, dying, this)) {
            return false;
        }
        cache = null;
        useStock(null);
        return true;
    }

    /// Destroys the cache; does nothing if that is done already.
    ///
    /// @throws IllegalStateException if objects are left
    @Override
    public void close() {
        SlabCache dying = cache;
        if (dying == null) {
            return;
        }
        Validate.validState(destroy(), "cache %s: %d objects are still allocated", name,
                dying.engine().snapshot().allocatedObjects());
    }

    /// Walks all slabs of the cache that are listed or held by a CPU. O(objects of these slabs).
    ///
    /// @throws IllegalStateException at the first thing that is not as it must be; the message
    ///         names slab, object and numbers
    public void validate() {
        SlabCache now = live();
        now.locked(() -> {
            now.engine().validate();
            return true;
        });
    }

    /// Looks at every listed slab for damage, reports and repairs it; what writing 1 to the sysfs
    /// file `validate` does. Without debug flags only the free lists are looked at. O(bytes of the
    /// slabs).
    ///
    /// @return how many slabs were looked at
    public int validateSlabs(Cpu cpu) {
        SlabCache now = live();
        return now.locked(() -> now.engine().validateSlabs(cpu));
    }

    /// Who allocated the objects that are in use, most objects first; empty without
    /// [SlabFlags#STORE_USER].
    public List<TrackSite> allocSites() {
        return live().engine().trackSites(ObjectTracks.Kind.ALLOCATED);
    }

    /// Who freed the objects that are in use again, most objects first; empty without
    /// [SlabFlags#STORE_USER].
    public List<TrackSite> freeSites() {
        return live().engine().trackSites(ObjectTracks.Kind.FREED);
    }

    @Override
    public String toString() {
        return name;
    }

    /// Lets the handle use stocks directly; null lets it ask the cache each time.
    void useStock(@Nullable Sheaves stock) {
        byThread = stock == null ? null : stock.byThread();
    }

    SlabCache live() {
        SlabCache now = cache;
        if (now == null) {
            throw new SlabBugException(new SlabBug.DeadCache(name));
        }
        return now;
    }
}
