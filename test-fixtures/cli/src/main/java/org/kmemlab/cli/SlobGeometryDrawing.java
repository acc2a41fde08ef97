package org.kmemlab.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.kmemlab.slab.SlabFlagWords;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlabGeometry.Request;
import org.kmemlab.slab.SlobGeometry;

/// Draws the objects of a cache of SLOB: blocks of a heap that all caches share.
final class SlobGeometryDrawing {

    private static final int PAGE_BYTES = 4096;
    private static final int MEDIUM_BYTES = 256;
    private static final int LARGE_BYTES = 1024;

    private SlobGeometryDrawing() {
    }

    static List<String> lines(Request request, SlobGeometry geometry, String machine,
            SlabFlagWords flagWords) {
        List<String> lines = new ArrayList<>();
        lines.add("object of " + bytes(geometry.objectSize()) + ", align " + request.align()
                + (request.align() == geometry.align() ? "" : " -> " + geometry.align())
                + ", flags " + request.flags() + (request.ctor() ? ", with a constructor" : ""));
        lines.add("on " + machine);
        lines.add("");
        addBlock(lines, geometry);
        lines.add("");
        lines.addAll(geometry.hasOwnPages() ? ownPages(geometry) : heap(geometry));
        if (request.ctor()) {
            lines.add("The constructor runs at every allocation.");
        }
        lines.add("Nothing is kept by CPU, and no other cache can share this one.");
        lines.add("");
        lines.add("flags        " + flagWords.hex(geometry.flags()) + "  " + geometry.flags()
                + dropped(request, geometry));
        return lines;
    }

    private static void addBlock(List<String> lines, SlobGeometry geometry) {
        boolean waits = geometry.flags().has(SlabFlags.TYPESAFE_BY_RCU);
        int object = geometry.objectSize();
        int footer = waits ? SlobGeometry.RCU_BYTES : 0;
        int rounding = geometry.size() - object - footer;
        lines.add("one block, " + bytes(geometry.size()));
        lines.add("");
        lines.add("  offset   bytes");
        lines.add(row(0, object, "object"));
        if (rounding > 0) {
            lines.add(row(object, rounding, "rounding to whole units"));
        }
        if (waits) {
            lines.add(row(geometry.size() - footer, footer,
                    "callback and size, while it waits for readers"));
        }
    }

    private static String row(int offset, int bytes, String what) {
        return String.format(Locale.ROOT, "%8d %7d  %s", offset, bytes, what);
    }

    private static List<String> ownPages(SlobGeometry geometry) {
        long pages = (long) PAGE_BYTES << geometry.order();
        return List.of("Each object has " + (1 << geometry.order()) + " pages of its own (order "
                + geometry.order() + "): " + bytes(pages - geometry.size()) + " unused.");
    }

    private static List<String> heap(SlobGeometry geometry) {
        String list = geometry.size() < MEDIUM_BYTES ? "below 256 bytes (small)"
                : geometry.size() < LARGE_BYTES ? "below 1,024 bytes (medium)"
                : "below a page (large)";
        int used = geometry.objects() * geometry.size();
        return List.of(
                "Blocks come from the pages for requests " + list
                        + ", with those of other caches and of kmalloc.",
                "A page that nobody else uses holds " + geometry.objects() + " objects: "
                        + bytes((long) PAGE_BYTES - used) + " are left for others.");
    }

    private static String dropped(Request request, SlobGeometry geometry) {
        SlabFlags lost = request.flags().without(geometry.flags());
        return lost.bits() == 0 ? "" : "; SLOB drops " + lost;
    }

    private static String bytes(long count) {
        return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? "byte" : "bytes");
    }
}
