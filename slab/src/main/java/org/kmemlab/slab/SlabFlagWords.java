package org.kmemlab.slab;

import static org.kmemlab.machine.ConfigOption.DEBUG_OBJECTS;
import static org.kmemlab.machine.ConfigOption.FAILSLAB;
import static org.kmemlab.machine.ConfigOption.KASAN_GENERIC;
import static org.kmemlab.machine.ConfigOption.KFENCE;
import static org.kmemlab.machine.ConfigOption.MEMCG_KMEM;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.KernelVersion;

/// How the kernel of one profile numbers the flags of a cache, for reading and printing flag words.
///
/// [SlabFlags] has the values of Linux 6.1. Newer kernels number the flags one after the other; a
/// flag that is not built in has no bit, and those behind it move down.
public final class SlabFlagWords {

    /// A flag in the order of its bit, and what has to be built in for it to have one.
    private record Place(SlabFlags flag, @Nullable ConfigOption option) {

        Place(SlabFlags flag) {
            this(flag, null);
        }

        boolean isIn(KernelProfile profile) {
            return option == null || profile.has(option);
        }
    }

    private static final List<Place> CONSECUTIVE = List.of(
            new Place(SlabFlags.CONSISTENCY_CHECKS), new Place(SlabFlags.RED_ZONE),
            new Place(SlabFlags.POISON), new Place(SlabFlags.KMALLOC),
            new Place(SlabFlags.HWCACHE_ALIGN), new Place(SlabFlags.CACHE_DMA),
            new Place(SlabFlags.CACHE_DMA32), new Place(SlabFlags.STORE_USER),
            new Place(SlabFlags.PANIC), new Place(SlabFlags.TYPESAFE_BY_RCU),
            new Place(SlabFlags.TRACE), new Place(SlabFlags.DEBUG_OBJECTS, DEBUG_OBJECTS),
            new Place(SlabFlags.NOLEAKTRACE), new Place(SlabFlags.NO_MERGE),
            new Place(SlabFlags.FAILSLAB, FAILSLAB), new Place(SlabFlags.ACCOUNT, MEMCG_KMEM),
            new Place(SlabFlags.KASAN, KASAN_GENERIC), new Place(SlabFlags.NO_USER_FLAGS),
            new Place(SlabFlags.SKIP_KFENCE, KFENCE), new Place(SlabFlags.RECLAIM_ACCOUNT),
            new Place(SlabFlags.OBJECT_POISON), new Place(SlabFlags.CMPXCHG_DOUBLE),
            new Place(SlabFlags.NO_OBJ_EXT, MEMCG_KMEM));

    /// The numbers of Linux 6.1.
    public static final SlabFlagWords LINUX_6_1 = new SlabFlagWords("linux-6.1", List.of());

    private final String kernel;
    /// Flags by bit; empty if the numbers are those of [SlabFlags].
    private final List<SlabFlags> byBit;

    private SlabFlagWords(String kernel, List<SlabFlags> byBit) {
        this.kernel = kernel;
        this.byBit = List.copyOf(byBit);
    }

    /// The numbers of a kernel.
    public static SlabFlagWords of(KernelProfile profile) {
        if (profile.version() == KernelVersion.LINUX_6_1) {
            return LINUX_6_1;
        }
        List<SlabFlags> byBit = new ArrayList<>();
        for (Place place : CONSECUTIVE) {
            if (place.isIn(profile)) {
                byBit.add(place.flag);
            }
        }
        return new SlabFlagWords(profile.name(), byBit);
    }

    /// The kernel's word for these flags. A flag that it does not have is left out.
    public int word(SlabFlags flags) {
        if (byBit.isEmpty()) {
            return flags.bits();
        }
        int word = 0;
        for (int bit = 0; bit < byBit.size(); bit++) {
            word |= flags.has(byBit.get(bit)) ? 1 << bit : 0;
        }
        return word;
    }

    /// The flags behind the kernel's word.
    ///
    /// @throws IllegalArgumentException for a bit that stands for no flag, where flags have
    ///         consecutive bits
    public SlabFlags flags(int word) {
        if (byBit.isEmpty()) {
            return new SlabFlags(word);
        }
        int unknown = word >>> byBit.size() << byBit.size();
        if (unknown != 0) {
            throw new IllegalArgumentException("slab flags 0x" + Integer.toHexString(word)
                    + ": the flags of " + kernel + " end at 0x"
                    + Integer.toHexString(1 << (byBit.size() - 1)));
        }
        SlabFlags flags = SlabFlags.NONE;
        for (int bit = 0; bit < byBit.size(); bit++) {
            flags = (word & 1 << bit) != 0 ? flags.with(byBit.get(bit)) : flags;
        }
        return flags;
    }

    /// Reads flags as [SlabFlags#parse] does, but with this kernel's numbers.
    ///
    /// @throws IllegalArgumentException for an unknown name, a malformed number, or a bit that
    ///         stands for no flag
    public SlabFlags parse(String text) {
        return SlabFlags.parse(text, this);
    }

    /// The word as kernels print it, for example `0x40002000`.
    public String hex(SlabFlags flags) {
        return "0x" + Integer.toHexString(word(flags));
    }
}
