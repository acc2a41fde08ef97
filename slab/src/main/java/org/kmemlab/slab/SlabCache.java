package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelLock;
import org.kmemlab.machine.MemCgroup;
import org.kmemlab.machine.PhysicalMemory;

/// One cache as the allocator knows it: what its handles ([KmemCache]) share, and the hooks that
/// every allocation and free passes, whatever the engine.
///
/// The fast path is one test of everything that is rarely on, then the engine.
final class SlabCache {

    /// Every object is zeroed when it is allocated.
    private static final int ZERO_ALWAYS = 1;
    /// Objects are wiped when they are freed.
    private static final int WIPE = 2;
    /// An object may be freed to the wrong cache and is freed to the right one.
    private static final int ROUTE = 4;
    /// Other threads may be at it, too.
    private static final int LIVE = 8;

    /// Every object is charged to a control group.
    private static final int CHARGE = 16;
    /// Some object was charged to a control group.
    private static final int CHARGED = 32;
    /// Somebody observes objects.
    private static final int OBSERVED = 64;
    /// The function `should_failslab` may fail.
    private static final int INJECTED = 128;

    /// Requests that the engine alone cannot serve.
    private static final int HOOKED_BITS = GfpFlags.ZERO.with(GfpFlags.ACCOUNT).bits();
    private static final int ACCOUNT_BIT = GfpFlags.ACCOUNT.bits();
    private static final SlabFlags KEEPS_CONTENT = SlabFlags.TYPESAFE_BY_RCU
            .with(SlabFlags.POISON);

    private final SlabAllocator allocator;
    private final int number;
    private final KmemCacheArgs args;
    private final PhysicalMemory memory;
    private final Failslab failslab;
    private final List<KmemCache> handles = new ArrayList<>();
    private final SlabEngine engine;
    /// The engine below sheaves; the same if there are none.
    private final SlabEngine slabs;
    private final @Nullable SheafLayer sheafLayer;
    private final KernelLock lock;
    private final @Nullable Sheaves sheaves;
    private final Sheaf @Nullable [] byThread;
    private final ObjectCharges charges;
    private int hooks;
    private final boolean isCacheOfCaches;
    private final String sysfsName;
    private SlabGeometry geometry;
    private int refcount;

    /// @param number of the cache, from 1
    /// @param refcount 1, or -1 for a cache that never shares
    SlabCache(SlabAllocator allocator, int number, KmemCacheArgs args, SlabGeometry geometry,
            int refcount) {
        this.allocator = allocator;
        this.number = number;
        this.args = args;
        this.geometry = geometry;
        this.refcount = refcount;
        this.isCacheOfCaches = args.name().equals(SlabAllocator.CACHE_OF_CACHES);
        this.memory = allocator.machine().memory();
        this.failslab = allocator.failslab();
        this.lock = allocator.machine().lock();
        boolean live = allocator.machine().config().isLive();
        int always = hooks(allocator.settings(), args, geometry.flags(), refusesMisuse());
        this.hooks = live ? always | LIVE : always;
        boolean stocked = live && always == 0 && geometry instanceof SlubGeometry slub
                && !slub.isDebug();
        this.sheaves = stocked ? new Sheaves(this, allocator.tagsFor(geometry)) : null;
        this.byThread = sheaves == null ? null : sheaves.byThread();
        this.sysfsName = allocator.merging().sysfsName(this);
        this.charges = new ObjectCharges(this);
        this.slabs = SlabEngine.of(this);
        this.sheafLayer = slabs instanceof SlubEngine slub ? SheafLayer.above(this, slub) : null;
        this.engine = sheafLayer == null ? slabs : sheafLayer.engine();
    }

    private static int hooks(SlabSettings settings, KmemCacheArgs args, SlabFlags flags,
            boolean refusesMisuse) {
        boolean plain = args.ctor() == null && !flags.has(KEEPS_CONTENT);
        int hooks = settings.initOnAlloc() && plain ? ZERO_ALWAYS : 0;
        hooks |= settings.initOnFree() && plain ? WIPE : 0;
        boolean routes = settings.freelistHardened() || flags.has(SlabFlags.CONSISTENCY_CHECKS);
        return hooks | (routes && !refusesMisuse ? ROUTE : 0);
    }

    /// From now on there are control groups to be charged.
    void startCharging() {
        hooks |= geometry.flags().has(SlabFlags.ACCOUNT) ? CHARGE : 0;
    }

    long alloc(Cpu cpu, int node, GfpFlags gfp) {
        if (((gfp.bits() & HOOKED_BITS) | hooks) != 0 || failslab.isArmed(cpu)) {
            return allocHooked(cpu, node, gfp);
        }
        return engine.alloc(cpu, node, gfp);
    }

    private long allocHooked(Cpu cpu, int node, GfpFlags gfp) {
        if (shouldFail(cpu, gfp)) {
            return 0;
        }
        MemCgroup payer = payer(cpu, gfp);
        if (payer != null && !charges.charge(cpu, payer, gfp, 1)) {
            return 0;
        }
        long object = sheaves == null ? allocLocked(cpu, node, gfp)
                : sheaves.takeSlow(Thread.currentThread(), cpu, node, gfp);
        if (payer != null) {
            settle(payer, object);
        }
        if (object != 0) {
            afterAlloc(object, gfp);
        }
        return object;
    }

    /// [#alloc] in live use on whatever CPU the thread is counted to.
    long allocHere(Thread me, GfpFlags gfp) {
        return allocHooked(cpuOf(me), KmemCache.ANY_NODE, gfp);
    }

    private boolean shouldFail(Cpu cpu, GfpFlags gfp) {
        boolean couldFail = (hooks & INJECTED) != 0 || failslab.isArmed(cpu);
        if (!couldFail || geometry instanceof SlobGeometry) {
            // SLOB does not ask.
            return false;
        }
        lock.acquire();
        try {
            return failslab.shouldFail(cpu, this, gfp);
        } finally {
            lock.release();
        }
    }

    private long allocLocked(Cpu cpu, int node, GfpFlags gfp) {
        lock.acquire();
        try {
            return engine.alloc(cpu, node, gfp);
        } finally {
            lock.release();
        }
    }

    private Cpu cpuOf(Thread thread) {
        return allocator.machine().cpuOf(thread);
    }

    /// The control group that pays for a request; null for none.
    private @Nullable MemCgroup payer(Cpu cpu, GfpFlags gfp) {
        boolean asks = ((gfp.bits() & ACCOUNT_BIT) | (hooks & CHARGE)) != 0;
        return asks ? charges.payer(cpu) : null;
    }

    /// Writes an object down as paid, or gives the money back for one that could not be had.
    private void settle(MemCgroup payer, long object) {
        if (object == 0) {
            charges.giveBack(payer, 1);
        } else {
            hooks |= CHARGED;
            charges.assign(payer, object);
        }
    }

    /// Tells the observer of each object from now on, or not any more.
    void setObserved(boolean on) {
        setHook(OBSERVED, on);
    }

    private void setHook(int hook, boolean on) {
        hooks = on ? hooks | hook : hooks & ~hook;
    }

    private void afterAlloc(long object, GfpFlags gfp) {
        if ((hooks & OBSERVED) != 0) {
            allocator.observer().allocated(name(), object, gfp);
        }
        if ((hooks & WIPE) != 0) {
            // The only bytes of a wiped object that are not 0.
            engine.wipeLink(object);
        }
        if (zeroes(gfp)) {
            memory.fill(object, geometry.objectSize(), (byte) 0);
        }
    }

    /// With `init_on_alloc` a constructed object is never zeroed, without it only if asked to; SLOB
    /// zeroes before it constructs.
    private boolean zeroes(GfpFlags gfp) {
        if ((hooks & ZERO_ALWAYS) != 0) {
            return true;
        }
        boolean isAsked = gfp.has(GfpFlags.ZERO);
        return isAsked && (args.ctor() == null || !(allocator.settings().initOnAlloc()
                || geometry instanceof SlobGeometry));
    }

    void free(Cpu cpu, long object) {
        if ((hooks & (WIPE | ROUTE | LIVE | CHARGED | OBSERVED)) != 0) {
            freeHooked(cpu, object);
        } else {
            engine.free(cpu, object);
        }
    }

    private void freeHooked(Cpu cpu, long object) {
        SlabCache owner = (hooks & ROUTE) != 0 ? route(cpu, object) : this;
        if (owner.sheaves != null) {
            owner.sheaves.putSlow(Thread.currentThread(), cpu, object);
            return;
        }
        lock.acquire();
        try {
            owner.leave(object);
            owner.engine.free(cpu, object);
            owner.afterFree(object);
        } finally {
            lock.release();
        }
    }

    /// What threads have in stock; null if nothing is kept.
    Sheaf @Nullable [] byThread() {
        return byThread;
    }

    /// [#free] in live use on whatever CPU the thread is counted to.
    void freeHere(Thread me, long object) {
        if (byThread == null || !Sheaves.put(byThread, me, object)) {
            freeHooked(cpuOf(me), object);
        }
    }

    /// Throws unless an object of this cache that is in use starts there.
    void requireAllocated(long object) {
        if (sheaves != null) {
            sheaves.requireAllocated(object);
            return;
        }
        lock.acquire();
        try {
            engine.requireAllocated(object);
        } finally {
            lock.release();
        }
    }

    /// What is done with an object that comes back before its slab gets it.
    private void leave(long object) {
        if ((hooks & (WIPE | CHARGED)) == 0) {
            return;
        }
        engine.requireAllocated(object);
        if ((hooks & CHARGED) != 0) {
            charges.refund(object);
        }
        if ((hooks & WIPE) != 0) {
            engine.wipe(object);
        }
    }

    /// What is done with an object that was marked as free when its grace period began.
    void leaveAfterGrace(long object) {
        if ((hooks & CHARGED) != 0) {
            charges.refund(object);
        }
        if ((hooks & WIPE) != 0) {
            engine.wipe(object);
        }
        afterFree(object);
    }

    private void afterFree(long object) {
        if ((hooks & OBSERVED) != 0) {
            allocator.observer().freed(name(), object);
        }
    }

    /// The cache that an object really belongs to; said in the log if it is not this one.
    private SlabCache route(Cpu cpu, long object) {
        Slab slab = allocator.table().at(object);
        if (slab == null || slab.cache == this) {
            return this;
        }
        allocator.reports().warn(cpu, "cache_from_obj: Wrong slab cache. " + name()
                + " but object is from " + slab.cache.name());
        slab.cache.engine.printTracks(object);
        return slab.cache;
    }

    int allocBulk(Cpu cpu, GfpFlags gfp, long[] out, int from, int count) {
        if (shouldFail(cpu, gfp)) {
            return 0;
        }
        MemCgroup payer = payer(cpu, gfp);
        if (payer != null && !charges.charge(cpu, payer, gfp, count)) {
            return 0;
        }
        int got = sheaves == null ? allocBulkLocked(cpu, gfp, out, from, count)
                : sheaves.takeBulk(Thread.currentThread(), cpu, gfp, out, from, count);
        // Asked once: the answer is the same for every object of the request.
        boolean touched = (hooks & (OBSERVED | WIPE)) != 0 || zeroes(gfp);
        for (int i = 0; touched && i < got; i++) {
            afterAlloc(out[from + i], gfp);
        }
        for (int i = 0; payer != null && i < count; i++) {
            settle(payer, i < got ? out[from + i] : 0);
        }
        if (got < count) {
            freeBulk(cpu, out, from, got);
            return 0;
        }
        return count;
    }

    private int allocBulkLocked(Cpu cpu, GfpFlags gfp, long[] out, int from, int count) {
        lock.acquire();
        try {
            return engine.allocBulk(cpu, gfp, out, from, count);
        } finally {
            lock.release();
        }
    }

    void freeBulk(Cpu cpu, long[] objects, int from, int count) {
        freeBulk(engine, cpu, objects, from, count);
    }

    /// [#freeBulk] to the slabs, whatever lies above them (`kfree_bulk`).
    void freeBulkToSlabs(Cpu cpu, long[] objects, int from, int count) {
        freeBulk(slabs, cpu, objects, from, count);
    }

    private void freeBulk(SlabEngine to, Cpu cpu, long[] objects, int from, int count) {
        if (sheaves != null) {
            sheaves.putBulk(Thread.currentThread(), cpu, objects, from, count);
            return;
        }
        lock.acquire();
        try {
            int first = from + leaveAll(objects, from, count);
            to.freeBulk(cpu, objects, first, from + count - first);
            for (int i = first; (hooks & OBSERVED) != 0 && i < from + count; i++) {
                afterFree(objects[i]);
            }
            if (first > from) {
                engine.requireAllocated(objects[first - 1]);
            }
        } finally {
            lock.release();
        }
    }

    /// [#leave] for objects of an array, the last first, up to one that cannot come back.
    ///
    /// @return how many are left
    private int leaveAll(long[] objects, int from, int count) {
        int left = (hooks & (WIPE | CHARGED)) == 0 ? 0 : count;
        while (left > 0) {
            try {
                leave(objects[from + left - 1]);
            } catch (SlabBugException bad) {
                return left;
            }
            left--;
        }
        return left;
    }

    /// An object from a sheaf that a caller has borrowed; 0 if none is left.
    long allocFromSheaf(Cpu cpu, GfpFlags gfp, SlabSheaf sheaf) {
        SheafLayer layer = layer();
        if (sheaf.isEmpty()) {
            return 0;
        }
        MemCgroup payer = payer(cpu, gfp);
        if (payer != null) {
            // Who holds the object may rely on it, even if the group becomes too large.
            boolean charged = charges.charge(cpu, payer, gfp.with(GfpFlags.NOFAIL), 1);
            assert charged : "a charge that must not fail";
        }
        long object = layer.supply().take(sheaf);
        if (payer != null) {
            settle(payer, object);
        }
        afterAlloc(object, gfp);
        return object;
    }

    /// What lends sheaves of the cache.
    ///
    /// @throws IllegalStateException if nothing does
    SheafLoans sheafLoans() {
        return layer().loans();
    }

    private SheafLayer layer() {
        if (sheafLayer == null) {
            throw new IllegalStateException("cache " + name() + ": sheaves can be borrowed on"
                    + " stepped machines with a kernel that has sheaves");
        }
        return sheafLayer;
    }

    /// Frees an object after a grace period.
    ///
    /// @return false if that has to be done without sheaves
    boolean freeAfterGrace(Cpu cpu, long object) {
        return sheafLayer != null && sheafLayer.freeAfterGrace(cpu, object);
    }

    /// The kernel's sheaves above the slabs; null if there are none.
    @Nullable
    SheafLayer sheafLayer() {
        return sheafLayer;
    }

    /// Counts objects that the allocator itself needs as sheaves.
    void countSheaves(int number) {
        if (sheafLayer != null) {
            sheafLayer.countHolders(number);
        }
    }

    /// The stocks above the engine; null if every request goes to the engine.
    @Nullable
    Sheaves sheaves() {
        return sheaves;
    }

    /// Releases what nobody uses, stocks included.
    ///
    /// @return whether no slab is left
    boolean shrink(Cpu cpu) {
        return locked(() -> {
            if (sheaves != null) {
                sheaves.drain(cpu);
            }
            return engine.shrink(cpu);
        });
    }

    /// Gives up all slabs before the cache dies, which nobody else uses any more.
    ///
    /// @return whether no slab is left
    boolean shutdown(Cpu cpu) {
        return locked(() -> {
            if (sheaves != null) {
                sheaves.drainAll(cpu);
            }
            return engine.shutdown(cpu);
        });
    }

    /// Does something while no other thread is below the stocks.
    <T> T locked(Supplier<T> work) {
        return lock.during(work);
    }

    /// Lets stocks serve requests only while no request can fail by injection.
    void watchFaults() {
        boolean injected = failslab.isInjected();
        setHook(INJECTED, injected);
        boolean couldFail = injected || failslab.attr().isArmed();
        handles.forEach(handle -> handle.useStock(couldFail ? null : sheaves));
    }

    void setFailslab(boolean on) {
        Validate.isTrue(refcount <= 1, "cache %s is shared by %d creators", name(), refcount);
        SlabFlags flags = geometry.flags();
        geometry = geometry.withFlags(on ? flags.with(SlabFlags.FAILSLAB)
                : flags.without(SlabFlags.FAILSLAB));
    }

    /// Adds a creator: this cache serves it too.
    ///
    /// @param request what the creator asked for
    KmemCache share(String name, SlabGeometry request) {
        refcount++;
        geometry = geometry.mergedWith(request);
        return addHandle(name);
    }

    KmemCache addHandle(String name) {
        KmemCache handle = new KmemCache(this, name);
        handles.add(handle);
        watchFaults();
        return handle;
    }

    void dropHandle(KmemCache handle) {
        handles.remove(handle);
    }

    /// One creator less.
    void release() {
        refcount--;
    }

    /// Whether one of its creators gave it this name.
    boolean isNamed(String name) {
        return handles.stream().anyMatch(handle -> handle.name().equals(name));
    }

    /// The handle of the oldest creator that still has one.
    KmemCache handle() {
        return handles.getFirst();
    }

    SlabAllocator allocator() {
        return allocator;
    }

    int number() {
        return number;
    }

    /// The first creator's name.
    String name() {
        return args.name();
    }

    /// The name of its directory in `/sys/kernel/slab`; stays, whatever becomes of the cache.
    String sysfsName() {
        return sysfsName;
    }

    KmemCacheArgs args() {
        return args;
    }

    SlabGeometry geometry() {
        return geometry;
    }

    @Nullable
    ObjectConstructor ctor() {
        return args.ctor();
    }

    int refcount() {
        return refcount;
    }

    PhysicalMemory memory() {
        return memory;
    }

    SlabEngine engine() {
        return engine;
    }

    boolean refusesMisuse() {
        return allocator.misusePolicy() == MisusePolicy.REFUSE;
    }

    boolean isCacheOfCaches() {
        return isCacheOfCaches;
    }

    /// Bytes of an object that a caller may use (`ksize`).
    long usableSize() {
        return geometry.usableSize();
    }
}
