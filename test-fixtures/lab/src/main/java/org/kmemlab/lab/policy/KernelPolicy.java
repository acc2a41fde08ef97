package org.kmemlab.lab.policy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.Kmalloc;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabAllocator;

/// The kernel's allocator of objects: a cache for each kind of request, `kmalloc` for the rest.
///
/// Which engine serves (SLUB, SLAB, SLOB) and which pages are shared between caches is the profile's
/// business. **Metadata** are the descriptors of caches, of their nodes and CPUs; that of slabs lies
/// in the descriptors of page frames, which exist whatever allocator runs. **Steps** come from the
/// engines' own counters; they are not counted by operation.
/// A cache is as its kind says and no more: alignment that the recorded kernel gave it is not known.
public final class KernelPolicy implements Policy, PartialSlabs {

    private static final GfpFlags GFP = GfpFlags.GFP_KERNEL.with(GfpFlags.NORETRY)
            .with(GfpFlags.NOWARN);
    private static final long NOT_COUNTED = -1;
    /// `struct kmem_cache_cpu`: free list, transaction number, slab, partial slabs.
    private static final int CPU_DESCRIPTOR_BYTES = 32;

    private final SlabAllocator slabs;
    private final PageAllocator pages;
    private final Kmalloc kmalloc;
    private final int sheafCapacity;
    private final long freePagesBefore;
    private final Map<String, KmemCache> caches = new HashMap<>();
    private @Nullable KmemCache[] cacheOfKind = new KmemCache[1 << 6];
    private long blocks;
    private long usableBytes;

    /// The allocator of the machine's profile.
    public KernelPolicy(PageAllocator pages) {
        this(pages, 0);
    }

    /// The same with sheaves.
    ///
    /// @param sheafCapacity objects in a sheaf of each cache, 0 for no sheaves
    KernelPolicy(PageAllocator pages, int sheafCapacity) {
        this.pages = pages;
        this.sheafCapacity = sheafCapacity;
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
        KmemCache cache = caches.computeIfAbsent(name, key -> {
            KmemCacheArgs args = KmemCacheArgs.of(key, kind.objectSize());
            return slabs.createCache(
                    sheafCapacity == 0 ? args : args.withSheafCapacity(sheafCapacity));
        });
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
        List<CacheSnapshot> all = slabs.caches().stream().map(KmemCache::snapshot).toList();
        return all.stream().allMatch(KernelSteps::areKnown)
                ? all.stream().mapToLong(KernelSteps::of).sum()
                : NOT_COUNTED;
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

    /// Destroys the caches and gives all pages back that hold no block in use. The slab layer cannot
    /// take blocks away from their owners: where some are left, their slabs stay.
    @Override
    public void close() {
        Cpu cpu = pages.machine().cpu(0);
        for (KmemCache cache : caches.values()) {
            boolean isGone = cache.destroy(cpu);
            assert isGone || blocks > 0 : cache + " is not empty, but no block is in use";
        }
        caches.clear();
        Arrays.fill(cacheOfKind, null);
        slabs.caches().forEach(cache -> cache.shrink(cpu));
    }
}
