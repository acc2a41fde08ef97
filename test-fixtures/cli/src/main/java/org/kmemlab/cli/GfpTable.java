package org.kmemlab.cli;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.MigrateType;

/// What gfp flags mean, as a table.
final class GfpTable {

    private record Bit(GfpFlags flag, String name, String meaning) {}

    private static final List<Bit> BITS = List.of(
            new Bit(GfpFlags.DMA, "__GFP_DMA", "memory below 16 MiB only"),
            new Bit(GfpFlags.HIGHMEM, "__GFP_HIGHMEM",
                    "memory that the kernel need not map will do"),
            new Bit(GfpFlags.DMA32, "__GFP_DMA32", "memory below 4 GiB only"),
            new Bit(GfpFlags.MOVABLE, "__GFP_MOVABLE", "the page can be migrated later"),
            new Bit(GfpFlags.RECLAIMABLE, "__GFP_RECLAIMABLE",
                    "the page belongs to a cache that can be shrunk"),
            new Bit(GfpFlags.HIGH, "__GFP_HIGH",
                    "may use half of the reserve below the min watermark"),
            new Bit(GfpFlags.IO, "__GFP_IO", "reclaim may start I/O"),
            new Bit(GfpFlags.FS, "__GFP_FS", "reclaim may call into file systems"),
            new Bit(GfpFlags.ZERO, "__GFP_ZERO", "the memory is zero-filled"),
            new Bit(GfpFlags.ATOMIC, "__GFP_ATOMIC", "the caller cannot sleep and matters"),
            new Bit(GfpFlags.DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM",
                    "the caller may sleep and reclaim memory itself"),
            new Bit(GfpFlags.KSWAPD_RECLAIM, "__GFP_KSWAPD_RECLAIM",
                    "wakes the background reclaimer when memory is short"),
            new Bit(GfpFlags.WRITE, "__GFP_WRITE", "the page will be written soon"),
            new Bit(GfpFlags.NOWARN, "__GFP_NOWARN", "a failure prints nothing"),
            new Bit(GfpFlags.RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL",
                    "tries hard, never kills a task, may fail in the end"),
            new Bit(GfpFlags.NOFAIL, "__GFP_NOFAIL", "never fails"),
            new Bit(GfpFlags.NORETRY, "__GFP_NORETRY", "fails after one round of reclaim"),
            new Bit(GfpFlags.MEMALLOC, "__GFP_MEMALLOC", "may use all reserves"),
            new Bit(GfpFlags.COMP, "__GFP_COMP", "makes a compound page"),
            new Bit(GfpFlags.NOMEMALLOC, "__GFP_NOMEMALLOC",
                    "must not use the reserves of __GFP_MEMALLOC; beats it"),
            new Bit(GfpFlags.HARDWALL, "__GFP_HARDWALL", "obeys the task's memory policy"),
            new Bit(GfpFlags.THISNODE, "__GFP_THISNODE", "this node or none"),
            new Bit(GfpFlags.ACCOUNT, "__GFP_ACCOUNT", "charged to the task's control group"),
            new Bit(GfpFlags.ZEROTAGS, "__GFP_ZEROTAGS", "zeroing clears memory tags too"));

    private GfpTable() {
    }

    /// The table of `flags`.
    static List<String> lines(GfpFlags flags) {
        List<String> lines = new ArrayList<>();
        lines.add("0x" + Integer.toHexString(flags.bits()) + " = " + flags);
        lines.add("");
        for (Bit bit : BITS) {
            if (flags.has(bit.flag)) {
                lines.add(row("0x" + Integer.toHexString(bit.flag.bits()), bit.name, bit.meaning));
            }
        }
        int undefined = flags.bits() & ~GfpFlags.DEFINED_BITS;
        if (undefined != 0) {
            lines.add(row("0x" + Integer.toHexString(undefined), "(undefined)",
                    "no flag of Linux 6.1"));
        }
        lines.add("");
        lines.add(fact("may block", flags.mayBlock() ? "yes" : "no"));
        lines.add(fact("mobility", mobility(flags)));
        lines.add(fact("highest zone", flags.highestZone().label()));
        lines.add(fact("reserves", reserves(flags)));
        lines.add(fact("on failure", failure(flags)));
        return lines;
    }

    private static String row(String bits, String name, String meaning) {
        return String.format("%10s  %-22s %s", bits, name, meaning);
    }

    private static String fact(String name, String value) {
        return String.format("%-13s %s", name, value);
    }

    private static String mobility(GfpFlags flags) {
        if (flags.hasAll(GfpFlags.MOVABLE.with(GfpFlags.RECLAIMABLE))) {
            return "none: __GFP_MOVABLE and __GFP_RECLAIMABLE exclude each other";
        }
        MigrateType type = flags.migrateType();
        return type.label();
    }

    private static String reserves(GfpFlags flags) {
        boolean barred = flags.has(GfpFlags.NOMEMALLOC);
        if (flags.has(GfpFlags.MEMALLOC) && !barred) {
            return "all: no watermark is checked";
        }
        if (!flags.has(GfpFlags.HIGH)) {
            return "none: stops at the min watermark";
        }
        return flags.mayBlock() || barred ? "half of what lies below the min watermark"
                : "62.5 % of what lies below the min watermark; from order 1 on also blocks kept"
                        + " for atomic requests";
    }

    private static String failure(GfpFlags flags) {
        if (!flags.mayBlock()) {
            return "at once, without sleeping";
        }
        if (flags.has(GfpFlags.NOFAIL)) {
            return "never: tries for ever";
        }
        if (flags.has(GfpFlags.NORETRY)) {
            return "after one round of reclaim and compaction";
        }
        return flags.has(GfpFlags.RETRY_MAYFAIL) ? "after many rounds of reclaim"
                : "up to order 3 practically never (a task is killed instead); above after one"
                        + " round of reclaim";
    }
}
