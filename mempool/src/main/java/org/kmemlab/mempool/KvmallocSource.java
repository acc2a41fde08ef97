package org.kmemlab.mempool;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.MisusePolicy;
import org.kmemlab.slab.SlabAllocator;

/// Elements that are `kvmalloc` blocks: `kmalloc` blocks where these can be had without effort, else
/// single pages.
///
/// Pages that `vmalloc` would map one after the other have no common address here, since there are
/// no page tables; such an element is named by an address of the kernel's `vmalloc` area, which
/// tells elements apart but has no bytes.
final class KvmallocSource implements ElementSource {

    private static final long VMALLOC_BASE = 0xffff_c900_0000_0000L;
    private static final GfpFlags EASY_ONLY = GfpFlags.NOWARN.with(GfpFlags.NORETRY);

    private final SlabAllocator slab;
    private final long sizeBytes;
    private final Map<Long, int[]> mapped = new ConcurrentHashMap<>();
    private final AtomicLong nextAddress = new AtomicLong(VMALLOC_BASE);

    KvmallocSource(SlabAllocator slab, long sizeBytes) {
        Validate.isTrue(sizeBytes >= 1 && sizeBytes <= Integer.MAX_VALUE,
                "element size %d: expected 1 to %d bytes", sizeBytes, Integer.MAX_VALUE);
        this.slab = slab;
        this.sizeBytes = sizeBytes;
    }

    @Override
    public long alloc(Cpu cpu, GfpFlags gfp) {
        boolean small = sizeBytes <= PhysicalMemory.PAGE_SIZE;
        long block = slab.kmalloc().kmalloc(cpu, sizeBytes, small ? gfp : gfp.with(EASY_ONLY));
        // Mapping pages may sleep.
        return block != 0 || small || !gfp.mayBlock() ? block : allocPages(cpu, gfp);
    }

    private long allocPages(Cpu cpu, GfpFlags gfp) {
        int[] pfns = new int[Math.toIntExact(
                Math.ceilDiv(sizeBytes, (long) PhysicalMemory.PAGE_SIZE))];
        Arrays.fill(pfns, PageAllocator.NONE);
        for (int i = 0; i < pfns.length; i++) {
            pfns[i] = slab.pages().allocPages(cpu, gfp, 0);
            if (pfns[i] == PageAllocator.NONE) {
                freePages(cpu, Arrays.copyOf(pfns, i));
                return 0;
            }
        }
        // The kernel leaves one page unmapped after each area.
        long address = nextAddress.getAndAdd((pfns.length + 1L) * PhysicalMemory.PAGE_SIZE);
        mapped.put(address, pfns);
        return address;
    }

    private void freePages(Cpu cpu, int[] pfns) {
        for (int pfn : pfns) {
            slab.pages().freePages(cpu, pfn, 0);
        }
    }

    @Override
    public void free(Cpu cpu, long element) {
        int[] pfns = mapped.remove(element);
        if (pfns == null) {
            slab.kmalloc().kfree(cpu, element);
        } else {
            freePages(cpu, pfns);
        }
    }

    @Override
    public boolean refusesMisuse() {
        return slab.misusePolicy() == MisusePolicy.REFUSE;
    }

    @Override
    public void requireAllocated(long element) {
        if (!mapped.containsKey(element)) {
            new KmallocSource(slab.kmalloc(), sizeBytes).requireAllocated(element);
        }
    }

    @Override
    public long sizeBytes(long element) {
        return mapped.containsKey(element) ? 0 : slab.kmalloc().ksize(element);
    }

    @Override
    public String description() {
        return "kvmalloc blocks of " + sizeBytes + " bytes";
    }
}
