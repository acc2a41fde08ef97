package org.kmemlab.lab.policy;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.EngineKind;
import org.kmemlab.slab.Kmalloc;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlubSnapshot;
import org.kmemlab.slab.SlubStat;

/// The kernel's allocator of objects: a cache for each kind of request, `kmalloc` for the rest.
///
/// Which engine serves (SLUB, SLAB, SLOB) and which pages are shared between caches is the profile's
/// business. **Metadata** are the descriptors of caches, of their nodes and CPUs; that of slabs lies
/// in the descriptors of page frames, which exist whatever allocator runs. **Steps** come from the
/// counters of SLUB: each event that looks at a list counts one; they are not counted by operation,
/// nor for other engines.
public final class KernelPolicy implements Policy, PartialSlabs {

    private static final GfpFlags GFP = GfpFlags.GFP_KERNEL.with(GfpFlags.NORETRY)
            .with(GfpFlags.NOWARN);
    private static final long NOT_COUNTED = -1;
    /// `struct kmem_cache_cpu`: free list, transaction number, slab, partial slabs.
    private static final int CPU_DESCRIPTOR_BYTES = 32;
    /// Events that look at one list, each on top of the CPU's own, which every request looks at.
    private static final Set<SlubStat> LOOKS = EnumSet.of(SlubStat.ALLOC_FASTPATH,
            SlubStat.ALLOC_SLOWPATH, SlubStat.FREE_FASTPATH, SlubStat.FREE_SLOWPATH,
            SlubStat.ALLOC_REFILL, SlubStat.ALLOC_FROM_PARTIAL, SlubStat.CPU_PARTIAL_ALLOC,
            SlubStat.CPU_PARTIAL_NODE, SlubStat.CPU_PARTIAL_FREE, SlubStat.CPU_PARTIAL_DRAIN,
            SlubStat.FREE_ADD_PARTIAL, SlubStat.FREE_REMOVE_PARTIAL, SlubStat.ALLOC_SLAB,
            SlubStat.FREE_SLAB);

    private final SlabAllocator slabs;
    private final PageAllocator pages;
    private final Kmalloc kmalloc;
    private final long freePagesBefore;
    private final Map<String, KmemCache> caches = new HashMap<>();
    private @Nullable KmemCache[] cacheOfKind = new KmemCache[1 << 6];
    private long blocks;
    private long usableBytes;

    /// The allocator of the machine's profile.
    public KernelPolicy(PageAllocator pages) {
        this.pages = pages;
        this.freePagesBefore = freePages();
        this.slabs = new SlabAllocator(pages);
        this.kmalloc = slabs.kmalloc();
    }

    @Override
    @CheckReturnValue
    public long alloc(Cpu cpu, RequestKind kind, int bytes) {
        long address = kind.isKmalloc() ? kmalloc.kmalloc(cpu, bytes, GFP)
                : cache(kind).alloc(cpu, GFP);
        if (address != 0) {
            blocks++;
            usableBytes += usable(kind, address);
        }
        return address;
    }

    @Override
    public void free(Cpu cpu, RequestKind kind, long address) {
        if (kind.isKmalloc()) {
            long size = kmalloc.ksize(address);
            kmalloc.kfree(cpu, address);
            usableBytes -= size;
        } else {
            cache(kind).free(cpu, address);
            usableBytes -= kind.objectSize();
        }
        blocks--;
    }

    private long usable(RequestKind kind, long address) {
        return kind.isKmalloc() ? kmalloc.ksize(address) : kind.objectSize();
    }

    private KmemCache cache(RequestKind kind) {
        int number = kind.number();
        KmemCache cache = number < cacheOfKind.length ? cacheOfKind[number] : null;
        return cache != null ? cache : bind(kind);
    }

    private KmemCache bind(RequestKind kind) {
        String name = kind.name() + "-" + kind.objectSize();
        KmemCache cache = caches.computeIfAbsent(name,
                key -> slabs.createCache(KmemCacheArgs.of(key, kind.objectSize())));
        if (kind.number() >= cacheOfKind.length) {
            cacheOfKind = Arrays.copyOf(cacheOfKind, 2 * kind.number());
        }
        cacheOfKind[kind.number()] = cache;
        return cache;
    }

    @Override
    public long usableSize(long address) {
        return kmalloc.ksize(address);
    }

    @Override
    public PolicyUsage usage() {
        return new PolicyUsage(blocks, usableBytes,
                (freePagesBefore - freePages()) * PhysicalMemory.PAGE_SIZE, metadataBytes(),
                steps(), NOT_COUNTED, NOT_COUNTED);
    }

    private long freePages() {
        PageAllocator.Totals totals = pages.totals();
        return totals.freePages() + totals.perCpuPages();
    }

    private long metadataBytes() {
        int nodes = pages.nodes();
        int cpus = pages.machine().cpus().size();
        long each = descriptorBytes("kmem_cache") + nodes * descriptorBytes("kmem_cache_node")
                + (long) cpus * CPU_DESCRIPTOR_BYTES;
        return slabs.caches().size() * each;
    }

    private long descriptorBytes(String name) {
        KmemCache cache = slabs.cache(name);
        return cache == null ? 0 : cache.geometry().size();
    }

    private long steps() {
        if (EngineKind.of(pages.machine().profile()) != EngineKind.SLUB) {
            return NOT_COUNTED;
        }
        return slabs.caches().stream().map(KmemCache::snapshot).map(CacheSnapshot::slub)
                .mapToLong(KernelPolicy::steps).sum();
    }

    private static long steps(SlubSnapshot cache) {
        return LOOKS.stream().mapToLong(cache::counter).sum();
    }

    @Override
    public long partialSlabs() {
        return slabs.caches().stream().map(KmemCache::snapshot)
                .flatMap(cache -> cache.listedSlabs().stream())
                .filter(slab -> !slab.free().isEmpty() && slab.free().size() < slab.objects())
                .count();
    }

    @Override
    public void validate() {
        slabs.validate();
    }

    /// Gives all pages back that hold no block in use. The slab layer cannot take blocks away from
    /// their owners: where some are left, their slabs stay.
    @Override
    public void close() {
        Cpu cpu = pages.machine().cpu(0);
        slabs.caches().forEach(cache -> cache.shrink(cpu));
    }
}
