package org.kmemlab.lab.rival;

import java.util.List;
import java.util.Set;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.Policy;
import org.kmemlab.lab.rival.cached.JeMalloc;
import org.kmemlab.lab.rival.cached.MagazinePool;
import org.kmemlab.lab.rival.cached.TcMalloc;
import org.kmemlab.lab.rival.fixed.AceCachedPool;
import org.kmemlab.lab.rival.fixed.AceFreeList;
import org.kmemlab.lab.rival.fixed.BoostPool;
import org.kmemlab.lab.rival.fixed.HashMappedLists;
import org.kmemlab.lab.rival.fixed.LokiPool;
import org.kmemlab.lab.rival.fixed.PagePerTask;
import org.kmemlab.lab.rival.fixed.SegregatedLists;
import org.kmemlab.lab.rival.fixed.SgiPool;
import org.kmemlab.lab.rival.fixed.SimpleList;
import org.kmemlab.lab.rival.heap.HeapRival;

/// The catalogue of rivals.
public final class Rivals {

    private static final Set<Misuse> ALL_MISUSE = Set.of(Misuse.values());
    private static final String KNUTH = "Knuth, The Art of Computer Programming 1, section 2.5";

    private static final List<RivalEntry> ALL = List.of(
            new RivalEntry("simple-list", "one list in the order of addresses",
                    "Kernighan, Ritchie, The C Programming Language, section 8.7", ALL_MISUSE,
                    SimpleList::new),
            new RivalEntry("segregated-lists", "a list for each power of two, never merged",
                    "Wilson and others, Dynamic Storage Allocation (1995), section 3.6",
                    Set.of(Misuse.FOREIGN, Misuse.INTERIOR), SegregatedLists::new),
            new RivalEntry("hash-lists", "lists by size in a hash table, owner cookie in a header",
                    "Wilson and others, Dynamic Storage Allocation (1995), section 3.1",
                    ALL_MISUSE, HashMappedLists::new),
            new RivalEntry("page-per-task", "each task cuts blocks from pages of its own",
                    "Hanson, Fast allocation and deallocation (1990)", ALL_MISUSE,
                    PagePerTask::new),
            new RivalEntry("first-fit", "boundary tags, the first free chunk that fits", KNUTH,
                    ALL_MISUSE, HeapRival::firstFit),
            new RivalEntry("next-fit", "boundary tags, the next free chunk that fits", KNUTH,
                    ALL_MISUSE, HeapRival::nextFit),
            new RivalEntry("best-fit", "boundary tags, the smallest free chunk that fits", KNUTH,
                    ALL_MISUSE, HeapRival::bestFit),
            new RivalEntry("dlmalloc", "boundary tags, bins by size, wilderness",
                    "Lea, A Memory Allocator (2000)", ALL_MISUSE, HeapRival::dlmalloc),
            new RivalEntry("tlsf", "boundary tags, two-level segregated fit",
                    "Masmano, Ripoll, Crespo, Real, TLSF (ECRTS 2004)", ALL_MISUSE,
                    HeapRival::tlsf),
            new RivalEntry("sgi-stl", "16 lists up to 128 bytes, refill of 20, chunk pool",
                    "Standard Template Library Programmer's Guide (SGI)", ALL_MISUSE,
                    SgiPool::new),
            new RivalEntry("loki", "chunks of up to 255 blocks with one-byte indexes",
                    "Alexandrescu, Modern C++ Design (2001), chapter 4", ALL_MISUSE,
                    LokiPool::new),
            new RivalEntry("boost-object-pool", "ordered free list, blocks of 32, 64, 128, ...",
                    "Cleary, Boost.Pool manual", ALL_MISUSE, BoostPool::new),
            new RivalEntry("ace-cached", "256 chunks of each size, no growth",
                    "ACE reference manual, ACE_Cached_Allocator", ALL_MISUSE, AceCachedPool::new),
            new RivalEntry("ace-free-list", "free list that grows at a low mark by an increment",
                    "ACE reference manual, ACE_Free_List", ALL_MISUSE, AceFreeList::new),
            new RivalEntry("tcmalloc", "thread caches, central lists by size class, page heap",
                    "Ghemawat, Menage, TCMalloc: Thread-Caching Malloc (2005)",
                    Set.of(Misuse.FOREIGN, Misuse.INTERIOR), TcMalloc::new),
            new RivalEntry("jemalloc", "four size classes a doubling, slabs with bitmaps, arenas",
                    "Evans, A Scalable Concurrent malloc Implementation for FreeBSD (2006)",
                    ALL_MISUSE, JeMalloc::new),
            new RivalEntry("magazines", "magazines by CPU and a depot above slabs",
                    "Bonwick, Adams, Magazines and Vmem (USENIX 2001)",
                    Set.of(Misuse.FOREIGN, Misuse.INTERIOR), MagazinePool::new));

    private Rivals() {}

    /// All rivals, the simple ones first.
    public static List<RivalEntry> all() {
        return ALL;
    }

    /// Their names, in the same order: for help texts and messages.
    public static List<String> names() {
        return ALL.stream().map(RivalEntry::name).toList();
    }

    /// Makes a rival on the pages of an allocator.
    ///
    /// @throws IllegalArgumentException if none has this name, or the machine's memory has no bytes
    public static Policy create(String name, PageAllocator allocator) {
        return ALL.stream().filter(entry -> entry.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "rival " + name + ": expected one of " + String.join(", ", names())))
                .factory().apply(allocator);
    }
}
