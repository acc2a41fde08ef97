package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.apache.commons.lang3.Strings;
import org.kmemlab.machine.ZoneType;

/// What a request for memory may do to get it, and what it wants (`gfp_t`): values of Linux 6.1.
///
/// Combine once into a `static final`; on the hot path test bits with [#has].
///
/// @param bits the flag word as the kernel has it
/// @see <a href="https://docs.kernel.org/core-api/memory-allocation.html">Memory Allocation
///      Guide</a>
public record GfpFlags(int bits) {

    /// No flag at all.
    public static final GfpFlags NONE = new GfpFlags(0);
    /// Memory below 16 MiB.
    public static final GfpFlags DMA = new GfpFlags(0x01);
    /// Memory that the kernel need not map.
    public static final GfpFlags HIGHMEM = new GfpFlags(0x02);
    /// Memory below 4 GiB.
    public static final GfpFlags DMA32 = new GfpFlags(0x04);
    /// The page can be migrated later.
    public static final GfpFlags MOVABLE = new GfpFlags(0x08);
    /// The page belongs to a cache that can be shrunk.
    public static final GfpFlags RECLAIMABLE = new GfpFlags(0x10);
    /// May use a part of the reserve below the min watermark.
    public static final GfpFlags HIGH = new GfpFlags(0x20);
    /// Reclaim may start I/O.
    public static final GfpFlags IO = new GfpFlags(0x40);
    /// Reclaim may call into file systems.
    public static final GfpFlags FS = new GfpFlags(0x80);
    /// The memory is zero-filled.
    public static final GfpFlags ZERO = new GfpFlags(0x100);
    /// The caller cannot sleep and matters.
    public static final GfpFlags ATOMIC = new GfpFlags(0x200);
    /// The caller may sleep and reclaim: this bit alone means "may block".
    public static final GfpFlags DIRECT_RECLAIM = new GfpFlags(0x400);
    /// Wake the background reclaimer when below the low watermark.
    public static final GfpFlags KSWAPD_RECLAIM = new GfpFlags(0x800);
    /// The page will be written soon.
    public static final GfpFlags WRITE = new GfpFlags(0x1000);
    /// Failures print nothing.
    public static final GfpFlags NOWARN = new GfpFlags(0x2000);
    /// Try hard, but fail in the end.
    public static final GfpFlags RETRY_MAYFAIL = new GfpFlags(0x4000);
    /// Never fail.
    public static final GfpFlags NOFAIL = new GfpFlags(0x8000);
    /// Fail after one round of reclaim.
    public static final GfpFlags NORETRY = new GfpFlags(0x1_0000);
    /// May use all reserves.
    public static final GfpFlags MEMALLOC = new GfpFlags(0x2_0000);
    /// Make a compound page.
    public static final GfpFlags COMP = new GfpFlags(0x4_0000);
    /// Must not use reserves; beats [#MEMALLOC].
    public static final GfpFlags NOMEMALLOC = new GfpFlags(0x8_0000);
    /// Obey the task's memory policy.
    public static final GfpFlags HARDWALL = new GfpFlags(0x10_0000);
    /// This node or none.
    public static final GfpFlags THISNODE = new GfpFlags(0x20_0000);
    /// Charge the memory to the task's control group.
    public static final GfpFlags ACCOUNT = new GfpFlags(0x40_0000);
    /// Clear memory tags while zeroing.
    public static final GfpFlags ZEROTAGS = new GfpFlags(0x80_0000);

    /// Both kinds of reclaim.
    public static final GfpFlags RECLAIM = DIRECT_RECLAIM.with(KSWAPD_RECLAIM);
    /// Cannot sleep, may use reserves.
    public static final GfpFlags GFP_ATOMIC = HIGH.with(ATOMIC).with(KSWAPD_RECLAIM);
    /// Cannot sleep, no reserves.
    public static final GfpFlags GFP_NOWAIT = KSWAPD_RECLAIM;
    /// May reclaim, but without I/O.
    public static final GfpFlags GFP_NOIO = RECLAIM;
    /// May reclaim, but without calling file systems.
    public static final GfpFlags GFP_NOFS = RECLAIM.with(IO);
    /// The usual request inside the kernel.
    public static final GfpFlags GFP_KERNEL = GFP_NOFS.with(FS);
    /// [#GFP_KERNEL], charged to the control group.
    public static final GfpFlags GFP_KERNEL_ACCOUNT = GFP_KERNEL.with(ACCOUNT);
    /// For user space that the kernel also touches.
    public static final GfpFlags GFP_USER = GFP_KERNEL.with(HARDWALL);
    /// For user space.
    public static final GfpFlags GFP_HIGHUSER = GFP_USER.with(HIGHMEM);
    /// For user space, migratable.
    public static final GfpFlags GFP_HIGHUSER_MOVABLE = GFP_HIGHUSER.with(MOVABLE);
    /// For devices that reach 16 MiB.
    public static final GfpFlags GFP_DMA = DMA;
    /// For devices that reach 4 GiB.
    public static final GfpFlags GFP_DMA32 = DMA32;
    /// A huge page if one is at hand.
    public static final GfpFlags GFP_TRANSHUGE_LIGHT = GFP_HIGHUSER_MOVABLE.with(COMP)
            .with(NOMEMALLOC).with(NOWARN).without(RECLAIM);
    /// A huge page, with an effort.
    public static final GfpFlags GFP_TRANSHUGE = GFP_TRANSHUGE_LIGHT.with(DIRECT_RECLAIM);

    private static final GfpFlags HIGHMEM_MOVABLE = HIGHMEM.with(MOVABLE);

    /// The largest flag word that has only defined bits.
    public static final int DEFINED_BITS = 0xff_ffff;

    /// In printing order: a name is printed if all its bits are left, and takes them away.
    private static final List<Name> NAMES = List.of(new Name("GFP_TRANSHUGE", GFP_TRANSHUGE),
            new Name("GFP_TRANSHUGE_LIGHT", GFP_TRANSHUGE_LIGHT),
            new Name("GFP_HIGHUSER_MOVABLE", GFP_HIGHUSER_MOVABLE),
            new Name("GFP_HIGHUSER", GFP_HIGHUSER), new Name("GFP_USER", GFP_USER),
            new Name("GFP_KERNEL_ACCOUNT", GFP_KERNEL_ACCOUNT), new Name("GFP_KERNEL", GFP_KERNEL),
            new Name("GFP_NOFS", GFP_NOFS), new Name("GFP_ATOMIC", GFP_ATOMIC),
            new Name("GFP_NOIO", GFP_NOIO), new Name("GFP_NOWAIT", GFP_NOWAIT),
            new Name("GFP_DMA", GFP_DMA), new Name("__GFP_HIGHMEM", HIGHMEM),
            new Name("GFP_DMA32", GFP_DMA32), new Name("__GFP_HIGH", HIGH),
            new Name("__GFP_ATOMIC", ATOMIC), new Name("__GFP_IO", IO), new Name("__GFP_FS", FS),
            new Name("__GFP_NOWARN", NOWARN), new Name("__GFP_RETRY_MAYFAIL", RETRY_MAYFAIL),
            new Name("__GFP_NOFAIL", NOFAIL), new Name("__GFP_NORETRY", NORETRY),
            new Name("__GFP_COMP", COMP), new Name("__GFP_ZERO", ZERO),
            new Name("__GFP_NOMEMALLOC", NOMEMALLOC), new Name("__GFP_MEMALLOC", MEMALLOC),
            new Name("__GFP_HARDWALL", HARDWALL), new Name("__GFP_THISNODE", THISNODE),
            new Name("__GFP_RECLAIMABLE", RECLAIMABLE), new Name("__GFP_MOVABLE", MOVABLE),
            new Name("__GFP_ACCOUNT", ACCOUNT), new Name("__GFP_WRITE", WRITE),
            new Name("__GFP_RECLAIM", RECLAIM), new Name("__GFP_DIRECT_RECLAIM", DIRECT_RECLAIM),
            new Name("__GFP_KSWAPD_RECLAIM", KSWAPD_RECLAIM), new Name("__GFP_ZEROTAGS", ZEROTAGS));

    private static final Map<String, GfpFlags> BY_NAME = byName();

    private record Name(String text, GfpFlags flags) {}

    private static Map<String, GfpFlags> byName() {
        Map<String, GfpFlags> map = new TreeMap<>();
        NAMES.forEach(name -> map.put(name.text, name.flags));
        map.put("__GFP_DMA", DMA);
        map.put("__GFP_DMA32", DMA32);
        map.put("none", NONE);
        return Map.copyOf(map);
    }

    /// Flags from the text that the kernel prints: names and hexadecimal numbers joined by `|`.
    ///
    /// @throws IllegalArgumentException for an unknown name or a malformed number
    public static GfpFlags parse(String text) {
        GfpFlags flags = NONE;
        for (String word : text.split("\\|", -1)) {
            flags = flags.with(parseWord(word.strip()));
        }
        return flags;
    }

    private static GfpFlags parseWord(String word) {
        GfpFlags known = BY_NAME.get(word);
        if (known != null) {
            return known;
        }
        try {
            if (word.length() > 2 && Strings.CI.startsWith(word, "0x")) {
                return new GfpFlags(HexFormat.fromHexDigits(word, 2, word.length()));
            }
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "gfp flags '" + word + "': expected 0x and 1 to 8 hex digits", malformed);
        }
        throw new IllegalArgumentException("unknown gfp flag '" + word
                + "'; expected names such as GFP_KERNEL or __GFP_ZERO, or a number such as 0xcc0");
    }

    /// These flags and `other`'s.
    public GfpFlags with(GfpFlags other) {
        return new GfpFlags(bits | other.bits);
    }

    /// These flags except `other`'s.
    public GfpFlags without(GfpFlags other) {
        return new GfpFlags(bits & ~other.bits);
    }

    /// Those of these flags that `mask` has too.
    public GfpFlags and(GfpFlags mask) {
        return new GfpFlags(bits & mask.bits);
    }

    /// Whether any bit of `flag` is set.
    public boolean has(GfpFlags flag) {
        return (bits & flag.bits) != 0;
    }

    /// Whether all bits of `flags` are set.
    public boolean hasAll(GfpFlags flags) {
        return (bits & flags.bits) == flags.bits;
    }

    /// Whether the caller may sleep.
    public boolean mayBlock() {
        return has(DIRECT_RECLAIM);
    }

    /// The kind of pageblock the page belongs to.
    ///
    /// @throws IllegalArgumentException if both mobility bits are set
    public MigrateType migrateType() {
        return switch (bits & 0x18) {
            case 0 -> MigrateType.UNMOVABLE;
            case 0x08 -> MigrateType.MOVABLE;
            case 0x10 -> MigrateType.RECLAIMABLE;
            default -> throw new IllegalArgumentException("gfp flags " + this
                    + ": __GFP_MOVABLE and __GFP_RECLAIMABLE exclude each other");
        };
    }

    /// The number of [#migrateType] for the bits of a request; [MigrateType#PCP_TYPES] if it has both
    /// mobility bits.
    static int typeNumber(int bits) {
        return bits >> 3 & 3;
    }

    /// The highest zone that may serve the request.
    public ZoneType highestZone() {
        if (has(DMA)) {
            return ZoneType.DMA;
        }
        if (has(DMA32)) {
            return ZoneType.DMA32;
        }
        return hasAll(HIGHMEM_MOVABLE) ? ZoneType.MOVABLE : ZoneType.NORMAL;
    }

    /// The number and the names, as reports print them: `0xcc0(GFP_KERNEL)`, `0(none)`.
    public String toMask() {
        return (bits == 0 ? "0" : "0x" + Integer.toHexString(bits)) + "(" + this + ")";
    }

    /// The kernel's spelling (`%pGg`): names joined by `|`, unknown bits in hex, `none` for no flag.
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        int left = bits;
        for (Name name : NAMES) {
            int mask = name.flags.bits;
            if ((left & mask) == mask) {
                words.add(name.text);
                left &= ~mask;
            }
        }
        if (left != 0) {
            words.add("0x" + Integer.toHexString(left));
        }
        return words.isEmpty() ? "none" : String.join("|", words);
    }
}
