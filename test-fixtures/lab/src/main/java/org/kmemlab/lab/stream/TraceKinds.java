package org.kmemlab.lab.stream;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.agrona.collections.Long2LongHashMap;
import org.kmemlab.lab.trace.SymbolTable;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceEventKind;

/// Which cache each allocation of a trace comes from, learned in a pass over the whole trace.
///
/// Up to Linux 6.8 an allocation does not name its cache, only a free does. So an allocation belongs
/// to the cache that (1) it names, or (2) a free of an object from the same call site and of the same
/// sizes named, or (3) a free of an object of the same sizes named; without any of these, objects of
/// the same sizes are taken for a cache of their own. Memory: O(call sites * sizes + live objects).
///
/// The numbers of call sites and names are those of a cursor that reads the same trace from its
/// start. Not changed after learning.
final class TraceKinds {

    /// The number that stands for `kmalloc`.
    static final int KMALLOC = 0;

    private static final int NONE = -1;

    private final List<String> names = new ArrayList<>(List.of("kmalloc"));
    private final Long2LongHashMap cacheOfName = new Long2LongHashMap(NONE);
    private final Long2LongHashMap cacheOfSite = new Long2LongHashMap(NONE);
    private final Long2LongHashMap cacheOfSizes = new Long2LongHashMap(NONE);
    private final Long2LongHashMap numberOfSizes = new Long2LongHashMap(NONE);

    private TraceKinds() {
    }

    /// Reads a trace to its end.
    static TraceKinds learn(TraceCursor cursor) throws IOException {
        TraceKinds kinds = new TraceKinds();
        Long2LongHashMap siteOfPointer = new Long2LongHashMap(NONE);
        while (cursor.next()) {
            TraceEventKind kind = cursor.kind();
            if (kind.isObjectAlloc() && !isKmalloc(kind)) {
                siteOfPointer.put(cursor.pointer(), kinds.learnAlloc(cursor));
            } else if (kind.isObjectFree()) {
                kinds.learnFree(siteOfPointer.remove(cursor.pointer()), cursor);
            }
        }
        kinds.nameTheRest();
        return kinds;
    }

    static boolean isKmalloc(TraceEventKind kind) {
        return kind == TraceEventKind.KMALLOC || kind == TraceEventKind.KMALLOC_NODE;
    }

    private long learnAlloc(TraceCursor alloc) {
        long sizes = alloc.requestedBytes() << Integer.SIZE
                | (alloc.allocatedBytes() & 0xffff_ffffL);
        if (numberOfSizes.get(sizes) == NONE) {
            numberOfSizes.put(sizes, numberOfSizes.size());
        }
        if (alloc.cacheName() != SymbolTable.NONE) {
            named(alloc);
        }
        return site(alloc, numberOfSizes.get(sizes));
    }

    private void learnFree(long site, TraceCursor free) {
        if (site == NONE || free.cacheName() == SymbolTable.NONE) {
            return;
        }
        long cache = named(free);
        cacheOfSite.putIfAbsent(site, cache);
        cacheOfSizes.putIfAbsent(site & 0xffff_ffffL, cache);
    }

    private long named(TraceCursor event) {
        long cache = cacheOfName.get(event.cacheName());
        if (cache == NONE) {
            cache = add(event.cacheNames().text(event.cacheName()));
            cacheOfName.put(event.cacheName(), cache);
        }
        return cache;
    }

    private long add(String name) {
        names.add(name);
        return names.size() - 1L;
    }

    private void nameTheRest() {
        numberOfSizes.forEachLong((sizes, number) -> {
            if (cacheOfSizes.get(number) == NONE) {
                cacheOfSizes.put(number,
                        add("unnamed-" + (sizes >>> Integer.SIZE) + "-" + (int) sizes));
            }
        });
    }

    private static long site(TraceCursor alloc, long sizesNumber) {
        return (long) alloc.callSite() << Integer.SIZE | sizesNumber;
    }

    /// The cache of an allocation: [#KMALLOC], or the number of a name.
    int cacheOf(TraceCursor alloc) {
        if (isKmalloc(alloc.kind())) {
            return KMALLOC;
        }
        if (alloc.cacheName() != SymbolTable.NONE) {
            return (int) cacheOfName.get(alloc.cacheName());
        }
        long sizes = alloc.requestedBytes() << Integer.SIZE
                | (alloc.allocatedBytes() & 0xffff_ffffL);
        long number = numberOfSizes.get(sizes);
        long cache = cacheOfSite.get(site(alloc, number));
        return (int) (cache != NONE ? cache : cacheOfSizes.get(number));
    }

    /// The name of a cache.
    String name(int cache) {
        return names.get(cache);
    }
}
