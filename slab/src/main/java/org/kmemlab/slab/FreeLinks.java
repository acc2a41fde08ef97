package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.machine.PhysicalMemory;

/// The links of free lists: each free object holds the address of the next one, 0 at the end.
///
/// A hardened kernel stores `next XOR secret XOR byteswap(address of the link)`, so that an overrun
/// or a stale pointer cannot plant an address of its choice.
final class FreeLinks {

    private final PhysicalMemory memory;
    private final int offset;
    private final boolean hardened;
    private final long secret;

    /// @param offset bytes from an object to its link
    /// @param hardened whether links are stored obfuscated
    /// @param secret the cache's own random number
    FreeLinks(PhysicalMemory memory, int offset, boolean hardened, long secret) {
        this.memory = memory;
        this.offset = offset;
        this.hardened = hardened;
        this.secret = secret;
    }

    /// The free object after `object`; 0 if it is the last.
    long next(long object) {
        long at = object + offset;
        long stored = memory.getLong(at);
        return hardened ? stored ^ secret ^ Long.reverseBytes(at) : stored;
    }

    /// The indices of the free objects from `first` on; ends early where a link leaves the slab.
    ///
    /// @param first an object of the slab, 0 for none
    List<Integer> walk(Slab slab, long first) {
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
    void set(long object, long next) {
        long at = object + offset;
        memory.putLong(at, hardened ? next ^ secret ^ Long.reverseBytes(at) : next);
    }
}
