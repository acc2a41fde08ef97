package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a cache is asked to do with its objects (`slab_flags_t`).
///
/// The values are those of Linux 6.1; how other kernels number them, [SlabFlagWords] knows.
///
/// These are no [org.kmemlab.buddy.GfpFlags]: a cache has slab flags for its whole life, a request
/// has gfp flags. Combine once into a `static final`.
///
/// @param bits the flag word as Linux 6.1 has it
/// @see <a href="https://docs.kernel.org/mm/slub.html">Short users guide for SLUB</a>
public record SlabFlags(int bits) {

    /// No flag at all.
    public static final SlabFlags NONE = new SlabFlags(0);
    /// Check objects and free lists at every allocation and free (letter F).
    public static final SlabFlags CONSISTENCY_CHECKS = new SlabFlags(0x100);
    /// Objects have no accounting data of their own; internal. Linux 6.1 has neither the flag nor
    /// a use for its number.
    public static final SlabFlags NO_OBJ_EXT = new SlabFlags(0x200);
    /// Guard bytes on both sides of an object (letter Z).
    public static final SlabFlags RED_ZONE = new SlabFlags(0x400);
    /// Fill free objects with a pattern (letter P).
    public static final SlabFlags POISON = new SlabFlags(0x800);
    /// A kmalloc cache; internal, not accepted from a caller.
    public static final SlabFlags KMALLOC = new SlabFlags(0x1000);
    /// Align objects so that a small one never straddles a cache line.
    public static final SlabFlags HWCACHE_ALIGN = new SlabFlags(0x2000);
    /// Slabs from memory below 16 MiB.
    public static final SlabFlags CACHE_DMA = new SlabFlags(0x4000);
    /// Slabs from memory below 4 GiB.
    public static final SlabFlags CACHE_DMA32 = new SlabFlags(0x8000);
    /// Remember who allocated and who freed an object (letter U).
    public static final SlabFlags STORE_USER = new SlabFlags(0x1_0000);
    /// Slabs are placed in reclaimable pageblocks.
    public static final SlabFlags RECLAIM_ACCOUNT = new SlabFlags(0x2_0000);
    /// The machine stops if the cache cannot be created.
    public static final SlabFlags PANIC = new SlabFlags(0x4_0000);
    /// The pages of a slab are released only after an RCU grace period.
    public static final SlabFlags TYPESAFE_BY_RCU = new SlabFlags(0x8_0000);
    /// Spread slabs over the nodes; only the classic SLAB allocator obeys.
    public static final SlabFlags MEM_SPREAD = new SlabFlags(0x10_0000);
    /// Print every allocation and free (letter T).
    public static final SlabFlags TRACE = new SlabFlags(0x20_0000);
    /// The cache serves the debug-objects code.
    public static final SlabFlags DEBUG_OBJECTS = new SlabFlags(0x40_0000);
    /// The cache serves the leak detector.
    public static final SlabFlags NOLEAKTRACE = new SlabFlags(0x80_0000);
    /// No other creator joins the cache; unknown to Linux 6.1.
    public static final SlabFlags NO_MERGE = new SlabFlags(0x100_0000);
    /// Fault injection with a cache filter applies (letter A); not accepted from a caller.
    public static final SlabFlags FAILSLAB = new SlabFlags(0x200_0000);
    /// Charge objects to the control group.
    public static final SlabFlags ACCOUNT = new SlabFlags(0x400_0000);
    /// The address sanitizer tracks the cache.
    public static final SlabFlags KASAN = new SlabFlags(0x800_0000);
    /// The boot parameter `slub_debug` does not apply.
    public static final SlabFlags NO_USER_FLAGS = new SlabFlags(0x1000_0000);
    /// The sampling checker leaves the cache alone.
    public static final SlabFlags SKIP_KFENCE = new SlabFlags(0x2000_0000);
    /// The slab's shared word is replaced in one instruction; internal.
    public static final SlabFlags CMPXCHG_DOUBLE = new SlabFlags(0x4000_0000);
    /// The bytes of free objects are really poisoned; internal.
    public static final SlabFlags OBJECT_POISON = new SlabFlags(0x8000_0000);

    /// In the classic allocator SLAB: the indices of a slab's free objects lie in one of these;
    /// internal.
    public static final SlabFlags OBJ_FREELIST = CMPXCHG_DOUBLE;
    /// In the classic allocator SLAB: the indices of a slab's free objects lie outside; internal.
    public static final SlabFlags OFF_SLAB = OBJECT_POISON;

    /// What `slub_debug` without letters switches on: F, Z, P and U.
    public static final SlabFlags DEBUG_DEFAULT = CONSISTENCY_CHECKS.with(RED_ZONE).with(POISON)
            .with(STORE_USER);
    /// Flags under which objects pass one by one through the checked path.
    public static final SlabFlags DEBUG = DEBUG_DEFAULT.with(TRACE);
    /// Debug flags that make a slot larger.
    public static final SlabFlags DEBUG_METADATA = RED_ZONE.with(POISON).with(STORE_USER);
    /// All flags that a creator may pass on Linux 6.1; see [SlabRules#permittedFlags()].
    public static final SlabFlags PERMITTED = DEBUG.with(HWCACHE_ALIGN).with(CACHE_DMA)
            .with(CACHE_DMA32).with(PANIC).with(TYPESAFE_BY_RCU).with(DEBUG_OBJECTS)
            .with(MEM_SPREAD).with(NOLEAKTRACE).with(RECLAIM_ACCOUNT).with(ACCOUNT)
            .with(NO_USER_FLAGS);

    private static final List<Name> NAMES = List.of(
            new Name("SLAB_CONSISTENCY_CHECKS", CONSISTENCY_CHECKS),
            new Name("SLAB_RED_ZONE", RED_ZONE), new Name("SLAB_POISON", POISON),
            new Name("SLAB_KMALLOC", KMALLOC), new Name("SLAB_HWCACHE_ALIGN", HWCACHE_ALIGN),
            new Name("SLAB_CACHE_DMA", CACHE_DMA), new Name("SLAB_CACHE_DMA32", CACHE_DMA32),
            new Name("SLAB_STORE_USER", STORE_USER),
            new Name("SLAB_RECLAIM_ACCOUNT", RECLAIM_ACCOUNT), new Name("SLAB_PANIC", PANIC),
            new Name("SLAB_TYPESAFE_BY_RCU", TYPESAFE_BY_RCU),
            new Name("SLAB_MEM_SPREAD", MEM_SPREAD), new Name("SLAB_TRACE", TRACE),
            new Name("SLAB_DEBUG_OBJECTS", DEBUG_OBJECTS),
            new Name("SLAB_NOLEAKTRACE", NOLEAKTRACE), new Name("SLAB_NO_MERGE", NO_MERGE),
            new Name("SLAB_FAILSLAB", FAILSLAB),
            new Name("SLAB_ACCOUNT", ACCOUNT), new Name("SLAB_KASAN", KASAN),
            new Name("SLAB_NO_USER_FLAGS", NO_USER_FLAGS),
            new Name("SLAB_SKIP_KFENCE", SKIP_KFENCE), new Name("SLAB_NO_OBJ_EXT", NO_OBJ_EXT),
            new Name("__CMPXCHG_DOUBLE", CMPXCHG_DOUBLE),
            new Name("__OBJECT_POISON", OBJECT_POISON));

    private static final Map<String, SlabFlags> BY_NAME = byName();

    private record Name(String text, SlabFlags flags) {}

    private static Map<String, SlabFlags> byName() {
        Map<String, SlabFlags> map = new TreeMap<>();
        for (Name name : NAMES) {
            map.put(name.text, name.flags);
            map.put(name.text.replace("SLAB_", ""), name.flags);
        }
        map.put("SLAB_TEMPORARY", RECLAIM_ACCOUNT);
        map.put("TEMPORARY", RECLAIM_ACCOUNT);
        map.put("none", NONE);
        return Map.copyOf(map);
    }

    /// Flags from names joined by `|`, with or without the prefix `SLAB_`, and hexadecimal numbers.
    ///
    /// @throws IllegalArgumentException for an unknown name or a malformed number
    public static SlabFlags parse(String text) {
        return parse(text, SlabFlagWords.LINUX_6_1);
    }

    /// [#parse(String)] with another kernel's numbers.
    static SlabFlags parse(String text, SlabFlagWords numbers) {
        SlabFlags flags = NONE;
        for (String word : text.split("\\|", -1)) {
            flags = flags.with(parseWord(word.strip(), numbers));
        }
        return flags;
    }

    private static SlabFlags parseWord(String word, SlabFlagWords numbers) {
        SlabFlags known = BY_NAME.get(word);
        if (known != null) {
            return known;
        }
        if (word.startsWith("0x") || word.startsWith("0X")) {
            return numbers.flags(parseHex(word));
        }
        throw new IllegalArgumentException("unknown slab flag '" + word
                + "'; expected names such as SLAB_HWCACHE_ALIGN, or a number such as 0x2000");
    }

    private static int parseHex(String word) {
        try {
            return HexFormat.fromHexDigits(word, 2, word.length());
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "slab flags '" + word + "': expected 0x and 1 to 8 hex digits", malformed);
        }
    }

    /// The flag behind a letter of the boot parameter `slub_debug`: one of F, Z, P, U, T and A, of
    /// either case; nothing for any other letter.
    public static Optional<SlabFlags> ofDebugLetter(char letter) {
        return switch (Character.toUpperCase(letter)) {
            case 'F' -> Optional.of(CONSISTENCY_CHECKS);
            case 'Z' -> Optional.of(RED_ZONE);
            case 'P' -> Optional.of(POISON);
            case 'U' -> Optional.of(STORE_USER);
            case 'T' -> Optional.of(TRACE);
            case 'A' -> Optional.of(FAILSLAB);
            default -> Optional.empty();
        };
    }

    /// These flags and `other`'s.
    public SlabFlags with(SlabFlags other) {
        return new SlabFlags(bits | other.bits);
    }

    /// These flags except `other`'s.
    public SlabFlags without(SlabFlags other) {
        return new SlabFlags(bits & ~other.bits);
    }

    /// Those of these flags that `mask` has too.
    public SlabFlags and(SlabFlags mask) {
        return new SlabFlags(bits & mask.bits);
    }

    /// Whether any bit of `flag` is set.
    public boolean has(SlabFlags flag) {
        return (bits & flag.bits) != 0;
    }

    /// Names joined by `|`, unknown bits in hex, `none` for no flag.
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        int left = bits;
        for (Name name : NAMES) {
            if ((left & name.flags.bits) != 0) {
                words.add(name.text);
                left &= ~name.flags.bits;
            }
        }
        if (left != 0) {
            words.add("0x" + Integer.toHexString(left));
        }
        return words.isEmpty() ? "none" : String.join("|", words);
    }
}
