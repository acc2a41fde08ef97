package org.kmemlab.slab;

import static org.kmemlab.machine.PhysicalMemory.PAGE_SIZE;

import java.util.Objects;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.MemMap;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.PageUse;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.PhysicalMemory;

/// Memory of any size: an object of the smallest fitting `kmalloc` cache, or whole pages for more
/// than 8 KiB. With SLOB a block of its heap, or whole pages for nearly a page and more.
///
/// A request of 0 bytes gets [#ZERO_SIZE_PTR], which may be freed and has no bytes. Addresses of
/// power-of-two sizes are aligned to the size.
///
/// @see <a href="https://docs.kernel.org/core-api/memory-allocation.html">Memory Allocation
///      Guide</a>
public final class Kmalloc {

    /// What a request of 0 bytes gets.
    public static final long ZERO_SIZE_PTR = 16;
    /// Largest request that a cache serves, in bytes.
    public static final int MAX_CACHE_SIZE = 2 * PAGE_SIZE;
    /// Largest request at all, in bytes.
    public static final int MAX_SIZE = PAGE_SIZE << KernelProfile.MAX_PAGE_ORDER;

    private static final GfpFlags CACHE_CHOICE = GfpFlags.DMA.with(GfpFlags.RECLAIMABLE)
            .with(GfpFlags.ACCOUNT);

    private final SlabAllocator allocator;
    private final PageAllocator pages;
    private final PhysicalMemory memory;
    private final SlabTable table;
    private final @Nullable KmallocCaches caches;
    private final @Nullable SlobKmalloc slob;
    /// Largest request that a cache serves here.
    private final int cacheLimit;
    private final boolean keepsSizes;
    private final boolean guardsSizes;

    Kmalloc(SlabAllocator allocator) {
        this.allocator = allocator;
        this.pages = allocator.pages();
        this.memory = allocator.machine().memory();
        this.table = allocator.table();
        boolean hasCaches = allocator.settings().engine() != EngineKind.SLOB;
        this.caches = hasCaches ? new KmallocCaches(allocator) : null;
        this.slob = hasCaches ? null
                : new SlobKmalloc(allocator.slobHeap(), memory,
                        allocator.misusePolicy() == MisusePolicy.REFUSE);
        this.cacheLimit = hasCaches ? MAX_CACHE_SIZE : 0;
        this.keepsSizes = hasCaches && !allocator.settings().debug().equals(SlubDebugOption.OFF);
        this.guardsSizes = keepsSizes && allocator.settings().rules().guardsRequestedSize();
    }

    /// Allocates at least `size` bytes.
    ///
    /// @return the address; [#ZERO_SIZE_PTR] for size 0; 0 if there is no memory or `size` exceeds
    ///         [#MAX_SIZE]
    /// @throws IllegalArgumentException if `size` is negative
    @CheckReturnValue
    public long kmalloc(Cpu cpu, long size, GfpFlags gfp) {
        return kmallocNode(cpu, size, gfp, KmemCache.ANY_NODE);
    }

    /// [#kmalloc(Cpu, long, GfpFlags)] in live use, wherever the thread runs.
    ///
    /// @throws IllegalStateException if the machine is stepped
    @CheckReturnValue
    public long kmalloc(long size, GfpFlags gfp) {
        if (size > 0 && size <= cacheLimit && !keepsSizes) {
            return cacheFor((int) size, gfp).alloc(gfp);
        }
        return kmalloc(cpuOf(Thread.currentThread()), size, gfp);
    }

    private Cpu cpuOf(Thread thread) {
        return allocator.machine().cpuOf(thread);
    }

    /// [#kmalloc] from a memory node, as [KmemCache#allocNode] understands it.
    @CheckReturnValue
    public long kmallocNode(Cpu cpu, long size, GfpFlags gfp, int node) {
        if (size > cacheLimit) {
            return slob != null && size <= MAX_SIZE ? slob.alloc(cpu, (int) size, gfp, node)
                    : allocLarge(cpu, size, gfp, node);
        }
        if (size <= 0) {
            Validate.isTrue(size == 0, "size %d: expected 0 or more bytes", size);
            return ZERO_SIZE_PTR;
        }
        KmemCache cache = cacheFor((int) size, gfp);
        long address = cache.allocNode(cpu, node, gfp);
        if (keepsSizes && address != 0) {
            cache.live().engine().setRequestedSize(address, (int) size);
        }
        return address;
    }

    /// [#kmalloc] of zeroed memory.
    @CheckReturnValue
    public long kzalloc(Cpu cpu, long size, GfpFlags gfp) {
        return kmalloc(cpu, size, gfp.with(GfpFlags.ZERO));
    }

    /// Memory for `count` elements of `size` bytes; 0 also if the product overflows.
    ///
    /// @throws IllegalArgumentException if `count` or `size` is negative
    @CheckReturnValue
    public long kmallocArray(Cpu cpu, long count, long size, GfpFlags gfp) {
        Validate.isTrue(count >= 0 && size >= 0, "array of %d times %d bytes: expected 0 or more",
                (Object) count, size);
        boolean overflows = Math.multiplyHigh(count, size) != 0 || count * size < 0;
        return overflows ? 0 : kmalloc(cpu, count * size, gfp);
    }

    /// [#kmallocArray] of zeroed memory.
    @CheckReturnValue
    public long kcalloc(Cpu cpu, long count, long size, GfpFlags gfp) {
        return kmallocArray(cpu, count, size, gfp.with(GfpFlags.ZERO));
    }

    /// Frees memory of [#kmalloc] or an object of any cache; 0 and [#ZERO_SIZE_PTR] are ignored.
    ///
    /// @throws SlabBugException if no such memory starts there; nothing is changed then
    public void kfree(Cpu cpu, long address) {
        if (isNothing(address)) {
            return;
        }
        Slab slab = table.at(address);
        if (slab != null) {
            slab.cache.free(cpu, address);
        } else {
            freeLarge(cpu, address);
        }
    }

    /// [#kfree(Cpu, long)] in live use, wherever the thread runs.
    ///
    /// @throws IllegalStateException if the machine is stepped
    public void kfree(long address) {
        Thread me = Thread.currentThread();
        Sheaf[] stock = table.stockAt(address);
        if (stock == null || !Sheaves.put(stock, me, address)) {
            kfree(cpuOf(me), address);
        }
    }

    /// Frees many pieces of memory, the last first, objects of one slab in one operation
    /// (`kfree_bulk`).
    ///
    /// @param addresses as [#kfree] takes them; their order in the array changes
    /// @throws IllegalArgumentException if the range is not inside the array
    /// @throws SlabBugException at the first one that is no such memory; those behind it are freed
    public void freeBulk(Cpu cpu, long[] addresses, int from, int count) {
        Objects.requireNonNull(addresses, "addresses");
        Validate.isTrue(from >= 0 && count >= 0 && count <= addresses.length - from,
                "%d addresses from index %d: the array has %d", count, from, addresses.length);
        int end = from + count;
        while (end > from) {
            Slab slab = table.at(addresses[end - 1]);
            if (slab == null) {
                end--;
                kfree(cpu, addresses[end]);
                continue;
            }
            int first = end - 1;
            while (first > from && isOf(slab.cache, addresses[first - 1])) {
                first--;
            }
            slab.cache.freeBulkToSlabs(cpu, addresses, first, end - first);
            end = first;
        }
    }

    private boolean isOf(SlabCache cache, long address) {
        Slab slab = table.at(address);
        return slab != null && slab.cache == cache;
    }

    /// Frees as [#kfree], but only after a grace period: until then a reader under RCU may look.
    /// That takes five seconds or more of the machine's time, for each CPU gathers what it frees;
    /// [SlabAllocator#kvfreeRcuBarrier] waits for it.
    ///
    /// @throws SlabBugException if no memory of a cache or of [#kmalloc] lies there
    public void kfreeRcu(Cpu cpu, long address) {
        if (!isNothing(address)) {
            requireAllocated(address);
            allocator.machine().lock().during(() -> kfreeRcuLocked(cpu, address));
        }
    }

    private void kfreeRcuLocked(Cpu cpu, long address) {
        KfreeRcu batches = allocator.kfreeRcu();
        batches.refuseTaken(address);
        Slab slab = table.at(address);
        if (slab == null || !slab.cache.freeAfterGrace(cpu, address)) {
            batches.add(cpu, address);
        }
    }

    /// Checks that [#kfree] could free an address, without doing so.
    ///
    /// @throws SlabBugException if no memory of a cache or of [#kmalloc] starts there; under
    ///         [MisusePolicy#AS_KERNEL] only if none lies there
    public void requireAllocated(long address) {
        Slab slab = table.at(address);
        if (slab != null) {
            slab.cache.requireAllocated(address);
        } else if (slob != null) {
            slob.requireAllocated(address);
        } else {
            startOfLarge(address);
        }
    }

    /// What happens when a caller frees what it must not free.
    public MisusePolicy misusePolicy() {
        return allocator.misusePolicy();
    }

    /// Overwrites the memory with zeros, then frees it.
    public void kfreeSensitive(Cpu cpu, long address) {
        long size = ksize(address);
        if (size > 0) {
            memory.fill(address, size, (byte) 0);
        }
        kfree(cpu, address);
    }

    /// Bytes that may be used at an address that [#kmalloc] or a cache returned; 0 for 0 and
    /// [#ZERO_SIZE_PTR].
    ///
    /// @throws SlabBugException if no such memory lies there
    public long ksize(long address) {
        if (isNothing(address)) {
            return 0;
        }
        if (slob != null) {
            return slob.ksize(address);
        }
        Slab slab = table.at(address);
        if (slab != null) {
            // Who asks may use it all, so nothing of it is guarded any more.
            setRequestedSize(address, slab.cache.geometry().objectSize());
        }
        return slab != null ? slab.cache.usableSize()
                : (long) PAGE_SIZE << pages.memMap().orderOf(largeBlock(address));
    }

    /// What [#ksize] will say after asking for `size` bytes; `size` itself where `kmalloc` would
    /// refuse.
    public long roundUp(long size) {
        if (size <= 0 || size > MAX_SIZE) {
            return size;
        }
        if (caches == null) {
            return SlobKmalloc.roundUp(size);
        }
        return size > MAX_CACHE_SIZE ? (long) PAGE_SIZE << SlabOrder.orderFor(size)
                : caches.classSize((int) size);
    }

    /// Makes memory larger, elsewhere if need be. It never becomes smaller: while the old memory
    /// holds `size` bytes, the address stays.
    ///
    /// @param address what [#kmalloc] returned, or 0
    /// @return the address; [#ZERO_SIZE_PTR] after freeing, for size 0; 0 if there is no memory;
    ///         `address` is still good then
    @CheckReturnValue
    public long krealloc(Cpu cpu, long address, long size, GfpFlags gfp) {
        if (size == 0) {
            kfree(cpu, address);
            return ZERO_SIZE_PTR;
        }
        Validate.isTrue(size > 0, "size %d: expected 0 or more bytes", size);
        long oldSize = ksize(address);
        if (!isNothing(address) && oldSize >= size) {
            setRequestedSize(address, size);
            return address;
        }
        long moved = kmalloc(cpu, size, gfp);
        if (moved != 0 && oldSize > 0) {
            memory.copy(address, moved, oldSize);
            kfree(cpu, address);
        }
        return moved;
    }

    /// Notes a new size where bytes behind the requested ones are guarded.
    private void setRequestedSize(long address, long size) {
        Slab slab = table.at(address);
        if (guardsSizes && slab != null) {
            slab.cache.engine().setRequestedSize(address, (int) size);
        }
    }

    /// The cache that serves requests of `size` bytes.
    ///
    /// @param size 1 to [#MAX_CACHE_SIZE]
    /// @throws IllegalStateException on a kernel with SLOB
    public KmemCache cacheFor(int size, GfpFlags gfp) {
        if (caches == null) {
            throw new IllegalStateException("kmalloc of SLOB has no caches");
        }
        return gfp.has(CACHE_CHOICE) ? caches.of(size, gfp) : caches.normal(size);
    }

    private static boolean isNothing(long address) {
        return Long.compareUnsigned(address, ZERO_SIZE_PTR) <= 0;
    }

    private long allocLarge(Cpu cpu, long size, GfpFlags gfp, int node) {
        if (size > MAX_SIZE) {
            // Refused below, where it is warned about as any other request for too many pages.
            int none = pages.allocPagesNode(cpu, KmemCache.ANY_NODE, gfp.with(GfpFlags.COMP),
                    KernelProfile.MAX_PAGE_ORDER + 1);
            assert none == PageAllocator.NONE : "a block of more than the largest order";
            return 0;
        }
        GfpFlags asked = SlabBuilder.fixUp(cpu, allocator.reports(), gfp).with(GfpFlags.COMP);
        int wanted = node < pages.nodes() ? node : KmemCache.ANY_NODE;
        int pfn = pages.allocPagesNode(cpu, wanted, asked, SlabOrder.orderFor(size));
        if (pfn == PageAllocator.NONE) {
            return 0;
        }
        pages.memMap().setOwner(pfn, PageUse.LARGE_KMALLOC, 0);
        return memory.addressOf(pfn);
    }

    private void freeLarge(Cpu cpu, long address) {
        if (slob != null) {
            slob.free(cpu, address);
            return;
        }
        // Or two threads that free one block would both find it in use.
        allocator.machine().lock().during(() -> {
            int head = startOfLarge(address);
            int order = pages.memMap().orderOf(head);
            pages.memMap().clearOwner(head);
            pages.freePages(cpu, head, order);
        });
    }

    /// The first frame of the large block that starts at an address.
    private int startOfLarge(long address) {
        int head = largeBlock(address);
        if (memory.addressOf(head) != address && misusePolicy() == MisusePolicy.REFUSE) {
            throw new SlabBugException(
                    new SlabBug.InteriorPointer("kmalloc", address, memory.addressOf(head)));
        }
        return head;
    }

    /// The first frame of the large block that an address lies in.
    private int largeBlock(long address) {
        MemMap memMap = pages.memMap();
        int pfn = memory.pfnOf(address);
        int head = pfn < 0 ? PageAllocator.NONE : memMap.headOf(pfn);
        if (head == PageAllocator.NONE || memMap.useOf(head) != PageUse.LARGE_KMALLOC) {
            throw new SlabBugException(new SlabBug.ForeignAddress("kmalloc", address));
        }
        return head;
    }
}
