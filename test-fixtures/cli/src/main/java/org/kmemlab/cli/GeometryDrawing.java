package org.kmemlab.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.kmemlab.slab.ClassicGeometry;
import org.kmemlab.slab.SlabFlagWords;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlabGeometry;
import org.kmemlab.slab.SlabGeometry.Request;
import org.kmemlab.slab.SlobGeometry;
import org.kmemlab.slab.SlubGeometry;

/// A cache's slot and slab as text.
final class GeometryDrawing {

    private static final int BAR_COLUMNS = 72;
    private static final int PAGE_BYTES = 4096;
    private static final int WORD_BYTES = 8;
    private static final int TRACK_BYTES = 32;

    /// A part of a slot.
    record Part(char letter, int bytes, String what) {}

    private GeometryDrawing() {
    }

    static List<String> lines(Request request, SlabGeometry geometry, String machine,
            SlabFlagWords flagWords) {
        List<String> lines = new ArrayList<>();
        lines.add("object of " + bytes(geometry.objectSize()) + ", align " + request.align()
                + (request.align() == geometry.align() ? "" : " -> " + geometry.align())
                + ", flags " + request.flags() + (request.ctor() ? ", with a constructor" : ""));
        lines.add("on " + machine);
        lines.add("");
        addSlot(lines, geometry);
        lines.add("");
        addSlab(lines, geometry);
        lines.add("");
        addWaste(lines, geometry);
        lines.add("");
        addLimits(lines, geometry);
        lines.add("flags        " + flagWords.hex(geometry.flags()) + "  " + names(geometry));
        return lines;
    }

    private static IllegalArgumentException withoutSlabs(SlobGeometry geometry) {
        return new IllegalArgumentException(
                "SLOB has no slabs, so SlobGeometryDrawing draws " + geometry);
    }

    /// The names of the flags; SLAB uses two bits for something else, which the drawing shows.
    private static SlabFlags names(SlabGeometry geometry) {
        return geometry instanceof ClassicGeometry
                ? geometry.flags().without(SlabFlags.OBJ_FREELIST.with(SlabFlags.OFF_SLAB))
                : geometry.flags();
    }

    private static void addSlot(List<String> lines, SlabGeometry geometry) {
        List<Part> parts = switch (geometry) {
            case SlubGeometry slub -> parts(slub);
            case ClassicGeometry classic -> ClassicGeometryDrawing.parts(classic);
            case SlobGeometry slob -> throw withoutSlabs(slob);
        };
        lines.add("one slot, " + bytes(geometry.size()));
        lines.add("");
        lines.add("  " + bar(parts, geometry.size()));
        lines.add("");
        lines.add("  offset   bytes");
        int at = 0;
        for (Part part : parts) {
            lines.add(String.format("%8d %7d  %c  %s", at, part.bytes, part.letter, part.what));
            at += part.bytes;
        }
        lines.add(String.format("%8d             next slot", at));
    }

    private static List<Part> parts(SlubGeometry geometry) {
        List<Part> parts = new ArrayList<>();
        SlabFlags flags = geometry.flags();
        boolean outside = geometry.offset() >= geometry.inuse();
        add(parts, 'R', geometry.redLeftPad(), "left red zone");
        add(parts, 'O', geometry.objectSize(), outside ? "object"
                : "object; while it is free, the word at " + geometry.offset()
                        + " links to the next free one");
        add(parts, flags.has(SlabFlags.RED_ZONE) ? 'r' : '.',
                geometry.inuse() - geometry.objectSize(),
                flags.has(SlabFlags.RED_ZONE) ? "right red zone" : "rounding to words");
        if (outside) {
            add(parts, 'F', WORD_BYTES, "free pointer");
        }
        if (flags.has(SlabFlags.STORE_USER)) {
            add(parts, 'A', TRACK_BYTES, "who allocated it");
            add(parts, 'T', TRACK_BYTES, "who freed it");
        }
        int used = parts.stream().mapToInt(Part::bytes).sum();
        add(parts, '-', geometry.size() - used, "padding");
        return parts;
    }

    static void add(List<Part> parts, char letter, int bytes, String what) {
        if (bytes > 0) {
            parts.add(new Part(letter, bytes, what));
        }
    }

    /// One column for each byte of a small slot; in a large one each part gets its share, and at
    /// least one column.
    private static String bar(List<Part> parts, int size) {
        StringBuilder bar = new StringBuilder("|");
        int width = Math.min(size, BAR_COLUMNS);
        int at = 0;
        for (Part part : parts) {
            int from = column(at, width, size);
            at += part.bytes;
            bar.repeat(part.letter, Math.max(1, column(at, width, size) - from));
        }
        return bar.append('|').toString();
    }

    private static int column(int offset, int width, int size) {
        return (int) ((long) offset * width / size);
    }

    private static void addSlab(List<String> lines, SlabGeometry geometry) {
        int pages = 1 << geometry.order();
        int left = slabBytes(geometry) - geometry.objects() * geometry.size();
        lines.add("a slab of order " + geometry.order() + ": "
                + (pages == 1 ? "1 page" : pages + " pages") + ", "
                + bytes(slabBytes(geometry)));
        lines.add("");
        lines.add("  offset");
        int last = geometry.objects() - 1;
        for (int i = 0; i <= Math.min(2, last); i++) {
            addSlabRow(lines, i * geometry.size(), "object " + i);
        }
        if (last > 3) {
            lines.add("     ...");
        }
        if (last > 2) {
            addSlabRow(lines, last * geometry.size(), "object " + last);
        }
        if (geometry instanceof ClassicGeometry classic) {
            lines.addAll(ClassicGeometryDrawing.tail(classic, slabBytes(geometry)));
        } else if (left > 0) {
            addSlabRow(lines, geometry.objects() * geometry.size(), bytes(left) + " left over");
        }
        addSlabRow(lines, slabBytes(geometry), "end");
        if (geometry instanceof ClassicGeometry classic) {
            lines.add("");
            lines.addAll(ClassicGeometryDrawing.remarks(classic));
        }
    }

    private static void addSlabRow(List<String> lines, int offset, String what) {
        lines.add(slabRow(offset, what));
    }

    static String slabRow(int offset, String what) {
        return String.format("%8d  %s", offset, what);
    }

    private static void addWaste(List<String> lines, SlabGeometry geometry) {
        int slab = slabBytes(geometry);
        int left = slab - geometry.objects() * geometry.size();
        int slot = geometry.size() - geometry.objectSize();
        lines.add("waste                  bytes  percent");
        lines.add(wasteRow("in each slot", slot, geometry.size()));
        lines.add(wasteRow("behind the last slot", left, slab));
        lines.add(wasteRow("in the whole slab", left + slot * geometry.objects(), slab));
    }

    private static String wasteRow(String where, int bytes, int of) {
        return String.format(Locale.ROOT, "  %-20s %5d  %6.2f %%", where, bytes,
                100.0 * bytes / of);
    }

    private static void addLimits(List<String> lines, SlabGeometry geometry) {
        lines.add(limit("order", geometry.order(), "log2 of the pages of a slab"));
        lines.add(limit("objects", geometry.objects(), "in a slab"));
        lines.addAll(switch (geometry) {
            case SlubGeometry slub -> slubLimits(slub);
            case ClassicGeometry classic -> ClassicGeometryDrawing.limits(classic);
            case SlobGeometry slob -> throw withoutSlabs(slob);
        });
    }

    private static List<String> slubLimits(SlubGeometry geometry) {
        return List.of(limit("min order", geometry.minOrder(),
                "when memory is short, with " + geometry.minObjects() + " objects"),
                limit("min_partial", geometry.minPartial(),
                        "slabs that a node keeps though they are empty"),
                limit("cpu_partial", geometry.cpuPartial(), geometry.cpuPartial() == 0
                        ? "a CPU keeps no partial slabs aside"
                        : "objects that a CPU keeps aside, counted as "
                                + geometry.cpuPartialSlabs() + " half-full slabs"));
    }

    static String limit(String name, int value, String meaning) {
        return String.format("%-12s %6d  %s", name, value, meaning);
    }

    private static int slabBytes(SlabGeometry geometry) {
        return PAGE_BYTES << geometry.order();
    }

    static String bytes(int count) {
        return count == 1 ? "1 byte" : count + " bytes";
    }
}
