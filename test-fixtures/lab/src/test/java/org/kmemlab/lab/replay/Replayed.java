package org.kmemlab.lab.replay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceEventKind;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabAllocator;

/// A small machine that replays traces made of text. Closing it checks the allocators.
final class Replayed implements AutoCloseable {

    private static final String BASE = "ffff8880";

    private final StringBuilder text = new StringBuilder();
    private final Machine machine;
    private final PageAllocator pages;
    private final SlabAllocator slabs;
    private final TraceReplay replay;

    Replayed() {
        this(MachineConfig.ofMebibytes(16).withCpus(4));
    }

    Replayed(MachineConfig config) {
        machine = new Machine(config
                .withProfile(KernelProfile.LINUX_6_1.booted("slab_nomerge")));
        pages = new PageAllocator(machine);
        slabs = new SlabAllocator(pages);
        replay = new TraceReplay(slabs);
    }

    /// Adds an event on CPU 0.
    Replayed event(String name, String fields) {
        return event(0, name, fields);
    }

    Replayed event(int cpu, String name, String fields) {
        text.append("a-1 [00").append(cpu).append("] ..... 1.0: ").append(name).append(": ")
                .append(fields).append('\n');
        return this;
    }

    Replayed kmalloc(long offset, long bytes) {
        return event("kmalloc", "call_site=f ptr=" + pointer(offset) + " bytes_req=" + bytes
                + " bytes_alloc=" + bytes + " gfp_flags=GFP_KERNEL");
    }

    Replayed kfree(long offset) {
        return event("kfree", "call_site=f ptr=" + pointer(offset));
    }

    /// Adds an allocation from a cache of 200-byte objects with a distance of 200.
    Replayed alloc(String site, long offset) {
        return event("kmem_cache_alloc", "call_site=" + site + " ptr=" + pointer(offset)
                + " bytes_req=200 bytes_alloc=200 gfp_flags=GFP_KERNEL");
    }

    Replayed free(String name, long offset) {
        return event("kmem_cache_free",
                "call_site=g ptr=" + pointer(offset) + " name=" + name);
    }

    Replayed pageAlloc(long pfn, int order, String gfp) {
        return event("mm_page_alloc", "page=1 pfn=0x" + Long.toHexString(pfn) + " order=" + order
                + " migratetype=0 gfp_flags=" + gfp);
    }

    Replayed pageFree(long pfn, int order) {
        return event("mm_page_free", "page=1 pfn=0x" + Long.toHexString(pfn) + " order=" + order);
    }

    /// A pointer into the direct map.
    static String pointer(long offset) {
        return BASE + String.format("%08x", offset);
    }

    /// Replays what was added.
    ReplayResult run() throws IOException {
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        try (TraceCursor cursor = new TraceCursor(RecordedFile.of("test", bytes, 1 << 16))) {
            replay.run(cursor);
        }
        return replay.result();
    }

    TraceReplay replay() {
        return replay;
    }

    /// Objects that are allocated on our machine.
    long ownObjects() {
        return slabs.caches().stream().map(KmemCache::snapshot)
                .mapToLong(CacheSnapshot::allocatedObjects).sum();
    }

    /// Pages that are on no free list and in no slab.
    long ownPlainPages() {
        long managed = machine.config().zones().stream().mapToLong(zone -> zone.managedPages())
                .sum();
        long free = pages.snapshot().stream().mapToLong(zone -> zone.freePages()
                + zone.perCpu().stream().mapToLong(cpu -> cpu.countPages()).sum()).sum();
        long slabPages = slabs.caches().stream().map(KmemCache::snapshot)
                .mapToLong(cache -> cache.slabs() << cache.geometry().order()).sum();
        return managed - free - slabPages;
    }

    static long count(ReplayResult result, TraceEventKind kind, ReplayBucket bucket) {
        return result.events().count(kind, bucket);
    }

    @Override
    public void close() {
        pages.validate();
        slabs.validate();
        machine.close();
    }
}
