package org.kmemlab.api;

import java.util.List;
import java.util.Objects;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.fault.FaultPoints;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.mempool.ElementSource;
import org.kmemlab.mempool.FailMempool;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.slab.KernelPanicException;
import org.kmemlab.slab.Kmalloc;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.ObjectConstructor;
import org.kmemlab.slab.PrefilledSheaf;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.proc.SysfsTree;

/// The allocation functions of Linux under their own names and with their own order of
/// arguments, on one CPU of one machine.
///
/// Differs from C only where Java must: memory is a `long` address (0 is NULL), a `struct page *`
/// is the `int` number of a page frame ([#NO_PAGE] is NULL), and the CPU that code runs on is that
/// of the object it calls: [#on] gives the same kernel seen from another CPU.
///
/// The flags of [KernelFlags] are plain numbers here, so that C expressions carry over.
@CheckReturnValue
@SuppressWarnings("MemberName") // The kernel's names are the point of this class.
public final class Kernel implements AutoCloseable {

    /// The page frame number that stands for no page.
    public static final int NO_PAGE = PageAllocator.NONE;

    private static final int ENOMEM = -12;

    /// Allocates one element of a pool (`mempool_alloc_t`).
    ///
    /// @param <T> type of the pool's data
    @FunctionalInterface
    public interface MempoolAlloc<T> {

        /// Returns the element, 0 if there is no memory.
        long alloc(int gfp, T poolData);
    }

    /// Frees one element of a pool (`mempool_free_t`).
    ///
    /// @param <T> type of the pool's data
    @FunctionalInterface
    public interface MempoolFree<T> {

        /// Takes the element back.
        void free(long element, T poolData);
    }

    private final SlabAllocator slab;
    private final PageAllocator pages;
    private final PoolRegistry pools;
    private final SlubPanicAlias slubPanic;
    private final Cpu cpu;

    private Kernel(SlabAllocator slab, PoolRegistry pools, SlubPanicAlias slubPanic, Cpu cpu) {
        this.slab = slab;
        this.pools = pools;
        this.slubPanic = slubPanic;
        this.pages = slab.pages();
        this.cpu = cpu;
    }

    /// Builds a machine and boots its allocators.
    ///
    /// @return the kernel, seen from CPU 0
    /// @throws IllegalArgumentException for a live machine, see [#boot(Machine)]
    public static Kernel boot(MachineConfig config) {
        checkStepped(config);
        return boot(new Machine(config));
    }

    /// Boots the allocators of a machine that no other kernel runs on.
    ///
    /// @return the kernel, seen from CPU 0
    /// @throws IllegalArgumentException for a live machine: these functions run on one CPU, and two
    ///         threads on one CPU would corrupt its stock
    public static Kernel boot(Machine machine) {
        Objects.requireNonNull(machine, "machine");
        checkStepped(machine.config());
        return new Kernel(new SlabAllocator(new PageAllocator(machine)), new PoolRegistry(machine),
                new SlubPanicAlias(), machine.cpu(0));
    }

    private static void checkStepped(MachineConfig config) {
        Objects.requireNonNull(config, "config");
        Validate.isTrue(!config.isLive(),
                "the kernel's names are for stepped machines; in live use call KmemCache itself");
    }

    /// This kernel, seen from another CPU.
    public Kernel on(int cpuId) {
        return new Kernel(slab, pools, slubPanic, machine().cpu(cpuId));
    }

    /// The machine.
    public Machine machine() {
        return slab.machine();
    }

    /// The page allocator.
    public PageAllocator pages() {
        return pages;
    }

    /// All caches.
    public SlabAllocator slab() {
        return slab;
    }

    /// The folder `/sys/kernel/slab`: what its files say and what writing to them does.
    public SysfsTree sysfs() {
        return new SysfsTree(slab);
    }

    /// Fault injection into the pools that this kernel makes.
    public FailMempool failMempool() {
        return pools.faults();
    }

    /// Functions that fail by name (`fail_function`): `should_failslab`, `should_fail_alloc_page`,
    /// and what the caller declares.
    public FaultPoints failFunction() {
        return pages.failFunction();
    }

    /// The pools that this kernel made and that were not destroyed, the oldest first.
    public List<Mempool> pools() {
        return pools.pools();
    }

    /// What is allocated now, one line for each cache with objects and each block of pages. The
    /// reserve of a pool counts. O(page frames).
    public List<String> leaks() {
        return LeakReport.of(slab);
    }

    /// Gives the machine's memory back to the host, whatever is still allocated in it. All views of
    /// the kernel end with it.
    @Override
    public void close() {
        machine().close();
    }

    private static GfpFlags gfp(int bits) {
        return bits == GfpFlags.GFP_KERNEL.bits() ? GfpFlags.GFP_KERNEL : new GfpFlags(bits);
    }

    // Caches

    /// Makes a cache of objects of `size` bytes.
    ///
    /// @param flags `SLAB_*`, never `GFP_*`
    /// @param ctor brings new objects into their first state; null for none
    /// @return the cache; null if the kernel refuses, and then the log says why
    /// @throws KernelPanicException instead of null, if the flags have `SLAB_PANIC`
    public @Nullable KmemCache kmem_cache_create(String name, int size, int align, int flags,
            @Nullable ObjectConstructor ctor) {
        return create(
                new KmemCacheArgs(name, size, align, new SlabFlags(flags), ctor, 0, 0));
    }

    /// Makes a cache of objects of `size` bytes, as newer kernels take the arguments.
    ///
    /// @param args null for no wishes
    /// @param flags `SLAB_*`, never `GFP_*`
    /// @return the cache; null if the kernel refuses, and then the log says why
    /// @throws KernelPanicException instead of null, if the flags have `SLAB_PANIC`
    public @Nullable KmemCache kmem_cache_create(String name, int size,
            @Nullable kmem_cache_args args, int flags) {
        return create((args == null ? new kmem_cache_args() : args).of(name, size, flags));
    }

    /// Makes a cache of which `usersize` bytes from `useroffset` on may be copied to and from user
    /// space. See [#kmem_cache_create].
    public @Nullable KmemCache kmem_cache_create_usercopy(String name, int size, int align,
            int flags, int useroffset, int usersize, @Nullable ObjectConstructor ctor) {
        return create(new KmemCacheArgs(name, size, align, new SlabFlags(flags), ctor, useroffset,
                usersize));
    }

    private @Nullable KmemCache create(KmemCacheArgs args) {
        try {
            return slab.createCache(
                    args.withFlags(slubPanic.translate(args.flags(), machine().log())));
        } catch (IllegalArgumentException refused) {
            machine().log().print("kmem_cache_create(" + args.name() + "): "
                    + refused.getMessage() + explain(args.flags().bits()));
            return null;
        }
    }

    /// From now on takes [KernelFlags#SLUB_PANIC] for `SLAB_PANIC`, so that the examples of
    /// articles run as they were meant. The log says so once.
    public void acceptSlubPanic() {
        slubPanic.accept();
    }

    private String explain(int flags) {
        if (SlubPanicAlias.isIn(new SlabFlags(flags))) {
            return "; SLUB_PANIC is no flag of the kernel, SLAB_PANIC is";
        }
        SlabFlags permittedFlags = slab.settings().rules().permittedFlags();
        boolean permitted = new SlabFlags(flags).without(permittedFlags).bits() == 0;
        return permitted ? ""
                : "; the flags of a cache are SLAB_*, never GFP_*, and as gfp flags these are "
                        + new GfpFlags(flags);
    }

    /// Makes a cache for a structure: its name, size and alignment.
    public @Nullable KmemCache KMEM_CACHE(StructDescriptor struct, int flags) {
        return kmem_cache_create(struct.name(), struct.sizeBytes(), struct.alignBytes(), flags,
                null);
    }

    /// Whether objects can be allocated: always, for a kernel that [#boot] made.
    public boolean slab_is_available() {
        return slab.state().isAvailable();
    }

    /// The cache, if it is one of this machine.
    private KmemCache mine(KmemCache cache) {
        if (!Objects.requireNonNull(cache, "cache").isOf(slab)) {
            throw new IllegalArgumentException(
                    "cache " + cache.name() + " belongs to another machine than this kernel");
        }
        return cache;
    }

    /// An object of a cache; 0 if there is no memory. See [KmemCache#alloc].
    public long kmem_cache_alloc(KmemCache cache, int gfp) {
        return mine(cache).alloc(cpu, gfp(gfp));
    }

    /// A zeroed object of a cache; 0 if there is no memory. See [KmemCache#zalloc].
    public long kmem_cache_zalloc(KmemCache cache, int gfp) {
        return mine(cache).zalloc(cpu, gfp(gfp));
    }

    /// An object of a cache from a memory node. See [KmemCache#allocNode].
    public long kmem_cache_alloc_node(KmemCache cache, int gfp, int node) {
        return mine(cache).allocNode(cpu, node, gfp(gfp));
    }

    /// Many objects of a cache, or none. See [KmemCache#allocBulk].
    public int kmem_cache_alloc_bulk(KmemCache cache, int gfp, int count, long[] objects) {
        return mine(cache).allocBulk(cpu, gfp(gfp), objects, 0, count);
    }

    /// Gives an object back to its cache. See [KmemCache#free].
    public void kmem_cache_free(KmemCache cache, long object) {
        mine(cache).free(cpu, object);
    }

    /// Gives many objects back to their cache. See [KmemCache#freeBulk].
    public void kmem_cache_free_bulk(KmemCache cache, int count, long[] objects) {
        mine(cache).freeBulk(cpu, objects, 0, count);
    }

    /// A sheaf with at least `size` objects, which the caller has alone; null if there is no memory.
    /// See [KmemCache#prefillSheaf].
    public @Nullable PrefilledSheaf kmem_cache_prefill_sheaf(KmemCache cache, int gfp, int size) {
        return mine(cache).prefillSheaf(cpu, gfp(gfp), size);
    }

    /// Fills a borrowed sheaf up, unless it has `size` objects; `sheaf` stands for another, larger one
    /// afterwards if need be.
    ///
    /// @return 0; -12 if there is no memory
    /// @throws IllegalArgumentException if the sheaf is one of another cache
    public int kmem_cache_refill_sheaf(KmemCache cache, int gfp, PrefilledSheaf sheaf, int size) {
        return borrowed(cache, sheaf).refill(cpu, gfp(gfp), size) ? 0 : ENOMEM;
    }

    /// An object of a borrowed sheaf; 0 if none is left. See [PrefilledSheaf#alloc].
    public long kmem_cache_alloc_from_sheaf(KmemCache cache, int gfp, PrefilledSheaf sheaf) {
        return borrowed(cache, sheaf).alloc(cpu, gfp(gfp));
    }

    /// Gives a borrowed sheaf back. See [PrefilledSheaf#giveBack].
    public void kmem_cache_return_sheaf(KmemCache cache, int gfp, PrefilledSheaf sheaf) {
        borrowed(cache, sheaf).giveBack(cpu, gfp(gfp));
    }

    /// Objects in a borrowed sheaf.
    public int kmem_cache_sheaf_size(PrefilledSheaf sheaf) {
        return sheaf.size();
    }

    @SuppressWarnings("ReferenceEquality") // two caches are never the same
    private PrefilledSheaf borrowed(KmemCache cache, PrefilledSheaf sheaf) {
        if (sheaf.cache() != mine(cache)) {
            throw new IllegalArgumentException("a sheaf of cache " + sheaf.cache().name()
                    + " is used with cache " + cache.name());
        }
        return sheaf;
    }

    /// The size that the cache was asked for, in bytes.
    public int kmem_cache_size(KmemCache cache) {
        return mine(cache).geometry().objectSize();
    }

    /// Releases empty slabs.
    ///
    /// @return 0 if no slab is left, else 1
    @CanIgnoreReturnValue
    public int kmem_cache_shrink(KmemCache cache) {
        return mine(cache).shrink(cpu) ? 0 : 1;
    }

    /// Destroys a cache; null is ignored. If objects are left, the log names them and the cache
    /// stays.
    public void kmem_cache_destroy(@Nullable KmemCache cache) {
        if (cache != null) {
            boolean _ = mine(cache).destroy(cpu); // C has no result either; the log tells.
        }
    }

    // kmalloc

    /// Memory of any size; 0 if there is none. See [Kmalloc#kmalloc].
    public long kmalloc(long size, int gfp) {
        return slab.kmalloc().kmalloc(cpu, size, gfp(gfp));
    }

    /// Memory from a memory node. See [Kmalloc#kmallocNode].
    public long kmalloc_node(long size, int gfp, int node) {
        return slab.kmalloc().kmallocNode(cpu, size, gfp(gfp), node);
    }

    /// Zeroed memory. See [Kmalloc#kzalloc].
    public long kzalloc(long size, int gfp) {
        return slab.kmalloc().kzalloc(cpu, size, gfp(gfp));
    }

    /// Memory for an array. See [Kmalloc#kmallocArray].
    public long kmalloc_array(long count, long size, int gfp) {
        return slab.kmalloc().kmallocArray(cpu, count, size, gfp(gfp));
    }

    /// Zeroed memory for an array. See [Kmalloc#kcalloc].
    public long kcalloc(long count, long size, int gfp) {
        return slab.kmalloc().kcalloc(cpu, count, size, gfp(gfp));
    }

    /// Makes memory larger. See [Kmalloc#krealloc].
    public long krealloc(long address, long size, int gfp) {
        return slab.kmalloc().krealloc(cpu, address, size, gfp(gfp));
    }

    /// Frees memory; 0 is ignored. See [Kmalloc#kfree].
    public void kfree(long address) {
        slab.kmalloc().kfree(cpu, address);
    }

    /// Frees many pieces of memory at once. See [Kmalloc#freeBulk].
    public void kfree_bulk(int count, long[] addresses) {
        slab.kmalloc().freeBulk(cpu, addresses, 0, count);
    }

    /// Frees memory after a grace period; 0 is ignored. See [Kmalloc#kfreeRcu].
    public void kfree_rcu(long address) {
        slab.kmalloc().kfreeRcu(cpu, address);
    }

    /// Sleeps until all that [#kfree_rcu] took is freed (since Linux 6.12).
    public void kvfree_rcu_barrier() {
        slab.kvfreeRcuBarrier();
    }

    /// Sleeps until all that waits for a grace period has had it; what [#kfree_rcu] still gathers
    /// does not count.
    public void rcu_barrier() {
        slab.rcu().barrier();
    }

    /// Zeroes memory, then frees it. See [Kmalloc#kfreeSensitive].
    public void kfree_sensitive(long address) {
        slab.kmalloc().kfreeSensitive(cpu, address);
    }

    /// Bytes that may be used at an address. See [Kmalloc#ksize].
    public long ksize(long address) {
        return slab.kmalloc().ksize(address);
    }

    // Pages

    /// Allocates `2^order` pages.
    ///
    /// @return the first page; [#NO_PAGE] if there is no memory
    public int alloc_pages(int gfp, int order) {
        return pages.allocPages(cpu, gfp(gfp), order);
    }

    /// [#alloc_pages] from a memory node; -1 for the CPU's.
    public int alloc_pages_node(int node, int gfp, int order) {
        return pages.allocPagesNode(cpu, node, gfp(gfp), order);
    }

    /// Allocates one page.
    public int alloc_page(int gfp) {
        return alloc_pages(gfp, 0);
    }

    /// Frees `2^order` pages.
    public void __free_pages(int page, int order) {
        pages.freePages(cpu, page, order);
    }

    /// Frees one page.
    public void __free_page(int page) {
        __free_pages(page, 0);
    }

    /// Allocates `2^order` pages.
    ///
    /// @return their address; 0 if there is no memory
    public long __get_free_pages(int gfp, int order) {
        return page_address(alloc_pages(gfp, order));
    }

    /// Allocates a page filled with zeros.
    ///
    /// @return its address; 0 if there is no memory
    public long get_zeroed_page(int gfp) {
        return __get_free_pages(gfp | KernelFlags.__GFP_ZERO, 0);
    }

    /// Frees `2^order` pages by their address; 0 is ignored.
    public void free_pages(long address, int order) {
        if (address != 0) {
            __free_pages(virt_to_page(address), order);
        }
    }

    /// Frees one page by its address; 0 is ignored.
    public void free_page(long address) {
        free_pages(address, 0);
    }

    /// Allocates single pages into the elements of an array that are [#NO_PAGE]. See
    /// [PageAllocator#allocPagesBulk].
    ///
    /// @return how many elements from the start are filled now
    public int alloc_pages_bulk_array(int gfp, int[] pageArray) {
        return pages.allocPagesBulk(cpu, -1, gfp(gfp), pageArray);
    }

    /// Allocates as many contiguous pages as hold `size` bytes, not more.
    ///
    /// @return their address; 0 if there is no memory
    public long alloc_pages_exact(long size, int gfp) {
        return page_address(pages.allocPagesExact(cpu, size, gfp(gfp)));
    }

    /// Frees what [#alloc_pages_exact] gave out for as many bytes; 0 is ignored.
    public void free_pages_exact(long address, long size) {
        if (address != 0) {
            pages.freePagesExact(cpu, virt_to_page(address), size);
        }
    }

    /// Turns `2^order` allocated pages into single ones. See [PageAllocator#splitPage].
    public void split_page(int page, int order) {
        pages.splitPage(page, order);
    }

    /// The address of a page; 0 for [#NO_PAGE].
    public long page_address(int page) {
        return page == NO_PAGE ? 0 : machine().memory().addressOf(page);
    }

    /// The page that an address lies in.
    public int virt_to_page(long address) {
        return machine().memory().pfnOf(address);
    }

    // Pools

    /// A pool of objects of a cache; null if its reserve cannot be filled.
    ///
    /// @throws IllegalArgumentException if the cache has a constructor
    public @Nullable Mempool mempool_create_slab_pool(int minNr, KmemCache cache) {
        return create(minNr, ElementSource.ofCache(mine(cache)));
    }

    /// A pool of `kmalloc` blocks of `size` bytes; null if its reserve cannot be filled.
    public @Nullable Mempool mempool_create_kmalloc_pool(int minNr, long size) {
        return create(minNr, ElementSource.ofKmalloc(slab.kmalloc(), size));
    }

    /// A pool of blocks of `2^order` pages, named by their addresses; null if its reserve cannot be
    /// filled.
    public @Nullable Mempool mempool_create_page_pool(int minNr, int order) {
        return create(minNr, ElementSource.ofPages(pages, order));
    }

    /// A pool of whatever two functions handle; null if its reserve cannot be filled.
    ///
    /// @param <T> type of the data that the functions get
    public <T> @Nullable Mempool mempool_create(int minNr, MempoolAlloc<T> alloc,
            MempoolFree<T> free, T poolData) {
        return create(minNr, functions(alloc, free, poolData));
    }

    /// A pool of `kvmalloc` blocks of `size` bytes; null if its reserve cannot be filled.
    public @Nullable Mempool mempool_create_kvmalloc_pool(int minNr, long size) {
        return create(minNr, ElementSource.ofKvmalloc(slab, size));
    }

    private @Nullable Mempool create(int minNr, ElementSource source) {
        return pools.added(Mempool.create(machine(), cpu, minNr, source));
    }

    private static <T> PoolFunctions<T> functions(MempoolAlloc<T> alloc, MempoolFree<T> free,
            T poolData) {
        return new PoolFunctions<>(Objects.requireNonNull(alloc, "alloc"),
                Objects.requireNonNull(free, "free"), poolData);
    }

    /// Makes a pool of [Mempool#zeroed] ready.
    ///
    /// @param <T> type of the data that the functions get
    /// @return 0; -12 if its reserve cannot be filled
    public <T> int mempool_init(Mempool pool, int minNr, MempoolAlloc<T> alloc,
            MempoolFree<T> free, T poolData) {
        int error = Objects.requireNonNull(pool, "pool").init(cpu, minNr,
                functions(alloc, free, poolData));
        pools.added(error == 0 ? pool : null);
        return error;
    }

    /// Frees the reserve of a pool of [Mempool#zeroed].
    public void mempool_exit(Mempool pool) {
        pool.exit(cpu);
        pools.remove(pool);
    }

    /// An element of a pool's reserve; 0 if that is empty.
    public long mempool_alloc_preallocated(Mempool pool) {
        return pool.allocPreallocated();
    }

    /// An element of a pool; 0 only if `gfp` does not allow waiting. See [Mempool#alloc].
    public long mempool_alloc(Mempool pool, int gfp) {
        return Objects.requireNonNull(pool, "pool").alloc(cpu, gfp(gfp));
    }

    /// Gives an element back to a pool; 0 is ignored. See [Mempool#free].
    public void mempool_free(long element, Mempool pool) {
        Objects.requireNonNull(pool, "pool").free(cpu, element);
    }

    /// Changes the size of a pool's reserve.
    ///
    /// @return 0, even if the reserve could not be filled; -12 for more than [Mempool#MAX_NR]
    /// @see Mempool#resize
    @CanIgnoreReturnValue
    public int mempool_resize(Mempool pool, int newMinNr) {
        return pool.resize(cpu, newMinNr);
    }

    /// Frees a pool's reserve and ends it; null is ignored.
    public void mempool_destroy(@Nullable Mempool pool) {
        if (pool != null) {
            pool.destroy(cpu);
            pools.remove(pool);
        }
    }
}
