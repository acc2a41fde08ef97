package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.PhysicalMemory;

/// All caches of one machine, and `kmalloc`.
///
/// Building one boots the slab layer: the caches of node and cache descriptors, then the `kmalloc`
/// caches, in the kernel's order. No page is taken before the first object is.
public final class SlabAllocator {

    /// Name of the cache that cache descriptors come from.
    static final String CACHE_OF_CACHES = "kmem_cache";

    private static final int NEVER_SHARED = -1;

    private final PageAllocator pages;
    private final SlabPages slabPages;
    private final MisusePolicy misusePolicy;
    private final SlabSettings settings;
    private final SlabTable table;
    private final SlabMerging merging;
    private final RcuClock rcu;
    private final KfreeRcu kfreeRcu;
    private final Failslab failslab;
    private final SlabReports reports;
    private final Findings findings = new Findings();
    private final CallSites callSites = new CallSites();
    private final List<SlabCache> caches = new ArrayList<>();
    /// What is in use in live use, by the shift of the caches' granules.
    private final Map<Integer, ObjectTags> tags = new HashMap<>();
    private final @Nullable ClassicReaper classicReaper;
    private final CacheRequests requests;
    private final SlabBoot boot;
    private final @Nullable SlobHeap slobHeap;
    private @Nullable Kmalloc kmalloc;
    private ObjectEvents observer = ObjectEvents.NONE;
    private int lastNumber;

    /// Boots the slab layer on a page allocator; misuse is refused.
    public SlabAllocator(PageAllocator pages) {
        this(pages, SlabPages.of(pages), MisusePolicy.REFUSE);
    }

    /// Boots the slab layer.
    ///
    /// @param pages serves large `kmalloc`s
    /// @param slabPages serves slabs
    /// @param misusePolicy what happens when a caller frees what it must not free
    /// @throws IllegalArgumentException if the machine has no bytes: free lists lie in the objects;
    ///         or for a boot parameter with a bad value
    public SlabAllocator(PageAllocator pages, SlabPages slabPages, MisusePolicy misusePolicy) {
        this(pages, slabPages, misusePolicy, List.of());
    }

    /// Goes on from a recorded state. The slabs' pages must be in use in the state of the page
    /// allocator. Own caches that the state does not have are made new.
    ///
    /// @param states all caches, the newest first
    /// @throws IllegalArgumentException as above, or if a state does not fit the machine or itself
    public SlabAllocator(PageAllocator pages, SlabPages slabPages, MisusePolicy misusePolicy,
            List<CacheState> states) {
        this(pages, slabPages, misusePolicy, states, SlabState.FULL);
    }

    private SlabAllocator(PageAllocator pages, SlabPages slabPages, MisusePolicy misusePolicy,
            List<CacheState> states, SlabState until) {
        Objects.requireNonNull(slabPages, "slabPages");
        Objects.requireNonNull(misusePolicy, "misusePolicy");
        Machine machine = Objects.requireNonNull(pages, "pages").machine();
        MachineConfig config = machine.config();
        Validate.isTrue(machine.memory().hasBytes(),
                "a METADATA_ONLY machine has no bytes for the free lists of slabs");
        this.pages = pages;
        this.slabPages = slabPages;
        this.misusePolicy = misusePolicy;
        this.settings = SlabSettings.of(config.profile(), config.cpus(), config.possibleCpus(),
                (long) machine.memory().endPfn() << PhysicalMemory.PAGE_SHIFT);
        Validate.isTrue(settings.engine() == EngineKind.SLUB || !config.isLive(),
                "kernel %s keeps objects with %s, which is for stepped machines only; live use"
                        + " needs SLUB",
                config.profile().name(), settings.engine());
        this.classicReaper = settings.engine() == EngineKind.SLAB ? new ClassicReaper(this) : null;
        this.table = new SlabTable(machine.memory());
        this.merging = new SlabMerging(settings);
        this.rcu = new RcuClock(machine.clock(), machine.lock());
        this.failslab = new Failslab(machine, pages.failFunction(),
                () -> machine.lock().during(() -> caches.forEach(SlabCache::watchFaults)));
        this.reports = new SlabReports(machine);
        this.kfreeRcu = new KfreeRcu(this);
        this.requests = new CacheRequests(machine, settings, reports);
        this.boot = new SlabBoot(this);
        this.slobHeap = settings.engine() != EngineKind.SLOB ? null
                : new SlobHeap(slabPages, machine.memory(),
                        misusePolicy == MisusePolicy.REFUSE);
        settings.debug().warnings().forEach(machine.log()::print);
        states.reversed().forEach(this::restore);
        boot.advanceTo(until);
    }

    /// A slab layer without any cache.
    static SlabAllocator down(PageAllocator pages, SlabPages slabPages,
            MisusePolicy misusePolicy) {
        return new SlabAllocator(pages, slabPages, misusePolicy, List.of(), SlabState.DOWN);
    }

    /// Makes the caches of descriptors and those of `kmalloc`.
    void createOwnCaches() {
        if (settings.engine() == EngineKind.SLOB) {
            ownCache(KmemCacheArgs.of(CACHE_OF_CACHES, DescriptorSizes.SLOB_CACHE), NEVER_SHARED);
            kmalloc = new Kmalloc(this);
            return;
        }
        int nodes = machine().config().nodes();
        ownCache(descriptor(CACHE_OF_CACHES, DescriptorSizes.cache(settings, nodes)),
                NEVER_SHARED);
        if (settings.engine() == EngineKind.SLUB) {
            ownCache(descriptor("kmem_cache_node", DescriptorSizes.node(settings)), NEVER_SHARED);
        }
        kmalloc = new Kmalloc(this);
        if (settings.engine() == EngineKind.SLUB) {
            machine().log().print("SLUB: HWalign=%d, Order=%d-%d, MinObjects=%d, CPUs=%d, Nodes=%d"
                    .formatted(ObjectLayout.CACHE_LINE, settings.minOrder(), settings.maxOrder(),
                            settings.minObjects(), settings.possibleCpus(), nodes));
        }
        machine().memCgroups().whenFirst(() -> caches.forEach(SlabCache::startCharging));
    }

    private static KmemCacheArgs descriptor(String name, int size) {
        // A power of two is aligned to itself, like memory of kmalloc.
        return KmemCacheArgs.of(name, size).withFlags(SlabFlags.HWCACHE_ALIGN)
                .withAlign(Integer.bitCount(size) == 1 ? size : 0);
    }

    private void restore(CacheState state) {
        CacheSnapshot snapshot = state.snapshot();
        Validate.isTrue(state.args().sheafCapacity() == 0,
                "cache %s: a recorded state has no sheaves", state.args().name());
        SlabCache cache = new SlabCache(this, lastNumber + 1, state.args(), snapshot.geometry(),
                snapshot.refcount());
        register(cache);
        cache.engine().restore(snapshot);
    }

    /// Adds a slab that a recorded state could not name because all its objects are in use. It has
    /// the preferred order; its node has counted it already.
    ///
    /// @param cache whose objects lie in the slab
    /// @param address any in the slab
    /// @throws IllegalArgumentException if the address is not in memory or a slab lies there
    public void adoptFullSlab(KmemCache cache, long address) {
        int pfn = machine().memory().pfnOf(address);
        Validate.isTrue(pfn >= 0, "address 0x%x is not in the machine's memory", address);
        cache.live().engine().adoptFull(pfn);
    }

    /// Makes a cache, or joins the creator to an existing one that serves as well.
    ///
    /// @throws IllegalArgumentException if the kernel would refuse: a flag that a creator may not
    ///         pass, a size without a fitting slab, an empty name, a free pointer where none may
    ///         lie, or the name of a cache that cannot be shared and still exists
    /// @throws KernelPanicException instead, if the flags have [SlabFlags#PANIC]
    /// @throws IllegalStateException before [SlabState#UP]
    public KmemCache createCache(KmemCacheArgs args) {
        Objects.requireNonNull(args, "args");
        boot.requireAvailable("cache " + args.name());
        machine().lock().acquire();
        try {
            return createLocked(args);
        } finally {
            machine().lock().release();
        }
    }

    private KmemCache createLocked(KmemCacheArgs args) {
        KmemCacheArgs accepted = requests.accepted(args);
        SlabGeometry geometry = requests.geometry(accepted);
        SlabCache shared = merging.find(caches, accepted, geometry);
        if (shared != null) {
            boot.joined(args.name(), shared);
            return shared.share(args.name(), geometry);
        }
        SlabCache cache = new SlabCache(this, lastNumber + 1, accepted, geometry, 1);
        // Without sysfs nobody notices that a name is taken.
        if (hasSysfs() && boot.state() == SlabState.FULL && isTaken(cache.sysfsName())) {
            throw requests.refused(args, CacheRequests.EEXIST, new IllegalArgumentException(
                    "cache name '" + args.name() + "' is taken by a cache that still exists"));
        }
        SheafLayer layer = cache.sheafLayer();
        if (layer != null && !layer.start(machine().cpu(0))) {
            throw requests.withoutSheaves(args);
        }
        return register(cache);
    }

    private boolean hasSysfs() {
        return settings.engine() == EngineKind.SLUB;
    }

    private boolean isTaken(String directory) {
        return caches.stream().anyMatch(other -> other.sysfsName().equals(directory));
    }

    /// All caches, the oldest first.
    List<SlabCache> oldestFirst() {
        return List.copyOf(caches);
    }

    /// One of the allocator's own caches, made now unless a state had it; it is not merged.
    KmemCache ownCache(KmemCacheArgs args, int refcount) {
        KmemCache recorded = cache(args.name());
        return recorded != null ? recorded
                : register(new SlabCache(this, lastNumber + 1, args, requests.geometry(args),
                        refcount));
    }

    private KmemCache register(SlabCache cache) {
        lastNumber = cache.number();
        if (machine().memCgroups().exist()) {
            cache.startCharging();
        }
        cache.setObserved(isObserved());
        caches.add(cache);
        return cache.addHandle(cache.name());
    }

    /// Lets one creator of a cache go; with the last one goes the cache.
    ///
    /// @return false if objects are left
    boolean destroy(Cpu cpu, SlabCache cache, KmemCache handle) {
        return cache.locked(() -> destroyLocked(cpu, cache, handle));
    }

    private boolean destroyLocked(Cpu cpu, SlabCache cache, KmemCache handle) {
        boolean isKmalloc = cache.geometry().flags().has(SlabFlags.KMALLOC);
        Validate.isTrue(!isKmalloc && cache.refcount() >= 0,
                "cache %s is the allocator's own and cannot be destroyed", cache.name());
        boolean isFinal = settings.rules().destroyIsFinal();
        if (isFinal) {
            machine().lock().during(this::rcuBarrierLocked);
        }
        if (cache.refcount() == 1) {
            if (!cache.shutdown(cpu)) {
                reports.warn(cpu, "kmem_cache_destroy " + cache.name()
                        + ": Slab cache still has objects when called from "
                        + CallSites.caller());
                if (isFinal) {
                    caches.remove(cache);
                }
                return false;
            }
            if (cache.geometry().flags().has(SlabFlags.TYPESAFE_BY_RCU)) {
                rcu.barrier();
            }
            caches.remove(cache);
        }
        cache.release();
        cache.dropHandle(handle);
        return true;
    }

    /// All caches, the newest first, each by the handle of its oldest creator.
    public List<KmemCache> caches() {
        return machine().lock()
                .during(() -> caches.reversed().stream().map(SlabCache::handle).toList());
    }

    /// The newest cache with this name; null if there is none.
    public @Nullable KmemCache cache(String name) {
        return newest(cache -> cache.name().equals(name));
    }

    private @Nullable KmemCache newest(Predicate<SlabCache> wanted) {
        return machine().lock().during(() -> caches.reversed().stream().filter(wanted).findFirst()
                .map(SlabCache::handle)).orElse(null);
    }

    /// The cache whose slab an address lies in, by the handle of its oldest creator; null if it
    /// lies in no slab. The address need not be an object. O(1).
    public @Nullable KmemCache cacheOf(long address) {
        Slab slab = table.at(address);
        SlabCache owner = slab == null ? null : slab.cache;
        if (slobHeap != null) {
            SlobBlock block = slobHeap.blocks().around(address);
            owner = block == null ? null : block.cache();
        }
        return owner == null ? null : owner.handle();
    }

    /// Where the object lies whose slot an address is in; null if it is in no slot. O(1).
    public @Nullable ObjectPlace placeOf(long address) {
        Slab slab = table.at(address);
        return slab == null || !slab.holds(address) ? null
                : new ObjectPlace(slab.pfn, slab.order, slab.start, slab.indexOf(address));
    }

    /// Asks whether bytes may be copied to or from user space, as a kernel with hardened usercopy
    /// does. Of objects only the region may be copied that the creator of their cache named; of
    /// memory of [#kmalloc()] all. Memory in no slab is not looked at. O(1).
    ///
    /// @param toUser whether user space is to get the bytes
    /// @throws SlabBugException after a line in the log, if the copy is refused; the kernel stops
    public void checkUsercopy(long address, long bytes, boolean toUser) {
        Slab slab = table.at(address);
        SlabBug.UsercopyRefused bug = slab == null || bytes == 0 ? null
                : UsercopyCheck.find(slab, address, bytes);
        if (bug != null) {
            machine().log().print(UsercopyCheck.text(bug, toUser));
            throw new SlabBugException(bug);
        }
    }

    /// The heap of SLOB, from which that engine serves all caches and `kmalloc`.
    ///
    /// @throws IllegalStateException if another engine keeps the objects
    public SlobView slob() {
        return slobHeap().view();
    }

    /// Puts the heap of SLOB, of which nothing was taken yet, into a recorded state. What lies between
    /// its free blocks is somebody's, and never freed through this allocator.
    ///
    /// @throws IllegalArgumentException if the state does not fit the machine or itself
    /// @throws IllegalStateException if another engine keeps the objects, or the heap was used
    public void restoreSlob(SlobView state) {
        slobHeap().restore(state);
    }

    SlobHeap slobHeap() {
        if (slobHeap == null) {
            throw new IllegalStateException(
                    "kernel " + machine().profile().name() + " keeps objects in "
                            + settings.engine() + ", not in SLOB");
        }
        return slobHeap;
    }

    /// The cache that `/sys/kernel/slab` has under a name: its directory's, or that of anyone who
    /// shares it; by the handle of its oldest creator. Null if there is none, as on every kernel
    /// with another engine than SLUB.
    public @Nullable KmemCache sysfsCache(String name) {
        return !hasSysfs() ? null
                : newest(cache -> cache.sysfsName().equals(name) || cache.isNamed(name));
    }

    /// What `/sys/kernel/slab` shows of a cache.
    ///
    /// @throws IllegalStateException before [SlabState#FULL], or if another engine than SLUB keeps
    ///         the objects
    public SysfsCache sysfs(KmemCache cache) {
        boot.requireSysfs();
        Validate.validState(hasSysfs(), "kernel %s keeps objects with %s: no /sys/kernel/slab",
                machine().profile().name(), settings.engine());
        SlabCache live = cache.live();
        return live.locked(() -> SysfsCache.of(live, live.sysfsName(), slabPages::nodeOf));
    }

    /// Memory of any size.
    ///
    /// @throws IllegalStateException before [SlabState#UP]
    public Kmalloc kmalloc() {
        Kmalloc ready = kmalloc;
        if (ready == null) {
            throw new IllegalStateException(
                    "kmalloc: the slab layer is " + boot.state() + ", expected UP or FULL");
        }
        return ready;
    }

    /// How far the slab layer is: [SlabState#FULL] except on the way of a [SlabBoot].
    public SlabState state() {
        return boot.state();
    }

    SlabBoot boot() {
        return boot;
    }

    /// Fault injection into object allocation.
    public Failslab failslab() {
        return failslab;
    }

    /// Tells an observer of each object that is given out or comes back; replaces the former one.
    ///
    /// @param newObserver [ObjectEvents#NONE] for nobody, which costs nothing
    /// @throws IllegalStateException on a live machine, whose objects pass through stocks of threads
    public void observe(ObjectEvents newObserver) {
        Validate.validState(!machine().config().isLive(),
                "objects can be observed on stepped machines only");
        observer = newObserver;
        caches.forEach(cache -> cache.setObserved(isObserved()));
    }

    @SuppressWarnings("ReferenceEquality") // asks whether there is an observer
    private boolean isObserved() {
        return observer != ObjectEvents.NONE;
    }

    ObjectEvents observer() {
        return observer;
    }

    /// The clock that pages of [SlabFlags#TYPESAFE_BY_RCU] slabs wait for.
    public RcuClock rcu() {
        return rcu;
    }

    /// Sleeps until all that [Kmalloc#kfreeRcu] took so far is freed (`kvfree_rcu_barrier`).
    ///
    /// [RcuClock#barrier] does not do that: it waits for what has been handed to RCU, and a batch
    /// is handed over only when it is full or old enough.
    public void kvfreeRcuBarrier() {
        machine().lock().during(this::rcuBarrierLocked);
    }

    private void rcuBarrierLocked() {
        boolean waits = false;
        for (SlabCache cache : caches) {
            SheafLayer layer = cache.sheafLayer();
            waits |= layer != null && layer.startGracePeriods();
        }
        if (waits) {
            rcu.barrier();
        }
        kfreeRcu.barrier();
    }

    /// How many addresses [Kmalloc#kfreeRcu] took that no grace period has been started for.
    public int kfreeRcuWaiting() {
        return kfreeRcu.waiting();
    }

    KfreeRcu kfreeRcu() {
        return kfreeRcu;
    }

    /// Where pages of large `kmalloc`s come from.
    public PageAllocator pages() {
        return pages;
    }

    /// The machine.
    public Machine machine() {
        return pages.machine();
    }

    /// What the kernel's build and boot parameters say about caches.
    public SlabSettings settings() {
        return settings;
    }

    /// What happens when a caller frees what it must not free.
    public MisusePolicy misusePolicy() {
        return misusePolicy;
    }

    /// Walks every cache; see [KmemCache#validate()].
    ///
    /// @throws IllegalStateException at the first thing that is not as it must be
    public void validate() {
        machine().lock().during(() -> caches.forEach(cache -> cache.engine().validate()));
    }

    /// Where the objects of a cache in live use are noted; null if misuse is not looked for.
    @Nullable
    ObjectTags tagsFor(SlabGeometry geometry) {
        return misusePolicy == MisusePolicy.AS_KERNEL ? null
                : tags.computeIfAbsent(ObjectTags.granuleShift(geometry.size()),
                        shift -> new ObjectTags(machine().memory(), shift));
    }

    /// What ages the caches of the classic allocator; null for another engine.
    @Nullable
    ClassicReaper classicReaper() {
        return classicReaper;
    }

    SlabMerging merging() {
        return merging;
    }

    SlabPages slabPages() {
        return slabPages;
    }

    SlabTable table() {
        return table;
    }

    /// Has `listener` told of everything that the checks of caches with debug flags find, before it
    /// is printed; replaces the former listener. It must not call back into the slab layer.
    public void onBug(Consumer<SlabBug> listener) {
        findings.onBug(Objects.requireNonNull(listener, "listener"));
    }

    /// Counts findings and repairs instead of printing them until the count is closed.
    public SlabErrorCount countErrors() {
        SlabErrorCount count = new SlabErrorCount(findings);
        findings.count(count);
        return count;
    }

    Findings findings() {
        return findings;
    }

    CallSites callSites() {
        return callSites;
    }

    SlabReports reports() {
        return reports;
    }

    FreelistOrder freelistOrder(String cache, SlabGeometry geometry) {
        var random = machine().random("freelist:" + cache);
        return settings.freelistRandom() ? FreelistOrder.shuffled(geometry.objects(), random)
                : FreelistOrder.ascending(random);
    }
}
