package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.PhysicalMemory;

/// The links of free lists: each free object holds the address of the next one, 0 at the end.
///
/// A hardened kernel stores `next XOR secret XOR byteswap(address of the link)`, so that an overrun
/// or a stale pointer cannot plant an address of its choice. Linking an object to itself, which is
/// what freeing the same object twice in a row comes to, stops such a kernel.
final class FreeLinks {

    private final SlabCache cache;
    private final PhysicalMemory memory;
    private final int offset;
    private final boolean hardened;
    private final long secret;

    /// @param cache whose objects are linked
    /// @param secret the cache's own random number
    FreeLinks(SlabCache cache, long secret) {
        this.cache = cache;
        this.memory = cache.memory();
        this.offset = cache.geometry().slub().offset();
        this.hardened = cache.allocator().settings().freelistHardened();
        this.secret = secret;
    }

    /// The free object after `object`; 0 if it is the last.
    ///
    /// @throws SlabBugException if `object` is no address: a link that led to it was overwritten
    long next(long object) {
        long at = object + offset;
        long stored;
        try {
            stored = memory.getLong(at);
        } catch (IllegalArgumentException outside) {
            throw corrupt(object, outside);
        }
        return hardened ? stored ^ secret ^ Long.reverseBytes(at) : stored;
    }

    /// A free list that leads to `link`, where no object of the cache can be.
    SlabBugException corrupt(long link, @Nullable Throwable cause) {
        return cache.allocator().findings()
                .fatal(new SlabBug.CorruptFreePointer(cache.name(), 0, link), cause);
    }

    /// The indices of the free objects from `first` on; ends early where a link leaves the slab.
    ///
    /// @param first an object of the slab, 0 for none
    List<Integer> walk(SlubSlab slab, long first) {
        List<Integer> indices = new ArrayList<>();
        long object = first;
        while (object != 0 && slab.holds(object) && slab.isObject(object)
                && indices.size() < slab.objects()) {
            indices.add(slab.indexOf(object));
            object = next(object);
        }
        return indices;
    }

    /// The first `count` objects of a chain that is sound.
    long[] addresses(long first, int count) {
        long[] chain = new long[count];
        long object = first;
        for (int i = 0; i < count; i++) {
            chain[i] = object;
            object = i + 1 < count ? next(object) : 0;
        }
        return chain;
    }

    /// Links `object` to `next`.
    ///
    /// @throws SlabBugException if a hardened free list would bite its own tail; nothing is changed
    ///         then
    void set(long object, long next) {
        long at = object + offset;
        memory.putLong(at, hardened ? hide(object, next, at) : next);
    }

    private long hide(long object, long next, long at) {
        if (next == object) {
            throw ownNext(object);
        }
        return next ^ secret ^ Long.reverseBytes(at);
    }

    private SlabBugException ownNext(long object) {
        cache.allocator().machine().log().print("kernel BUG at mm/slub.c!");
        return cache.allocator().findings()
                .fatal(new SlabBug.DoubleFree(cache.name(), object), null);
    }
}
