package org.kmemlab.machine;

import java.util.List;

/// Where a zone lies, before any allocator manages it.
///
/// @param node the memory node it belongs to
/// @param type its class of memory
/// @param startPfn first page frame
/// @param spannedPages frames from the first to the last, holes included
/// @param presentPages frames that exist
/// @param managedPages frames that the page allocator manages; the other present ones are reserved
/// @param managed where the managed frames are, ascending; empty if only their number is known, as
///        for a machine whose free pages come from a recorded state
public record ZoneSpan(int node, ZoneType type, int startPfn, int spannedPages, int presentPages,
        int managedPages, List<PfnRange> managed) {

    /// Checks that the numbers fit together.
    public ZoneSpan {
        managed = List.copyOf(managed);
        if (node < 0 || startPfn < 0 || managedPages < 0 || managedPages > presentPages
                || presentPages > spannedPages
                || (long) startPfn + spannedPages > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("zone " + type.label() + " of node " + node
                    + ": start " + startPfn + ", spanned " + spannedPages + ", present "
                    + presentPages + ", managed " + managedPages + " must be in falling order");
        }
        checkRanges(type, new PfnRange(startPfn, startPfn + spannedPages), managedPages, managed);
    }

    private static void checkRanges(ZoneType type, PfnRange span, int managedPages,
            List<PfnRange> managed) {
        int from = span.start();
        for (PfnRange range : managed) {
            if (range.start() < from || range.end() > span.end()) {
                throw new IllegalArgumentException("zone " + type.label() + ": managed " + range
                        + " is out of order or outside " + span);
            }
            from = range.end();
        }
        int sum = managed.stream().mapToInt(PfnRange::pages).sum();
        if (!managed.isEmpty() && sum != managedPages) {
            throw new IllegalArgumentException("zone " + type.label() + ": " + sum
                    + " pages in the managed ranges, but " + managedPages + " managed");
        }
    }

    /// A zone without holes or reserved frames.
    public static ZoneSpan solid(int node, ZoneType type, int startPfn, int pages) {
        return of(node, type, startPfn, pages, pages,
                List.of(new PfnRange(startPfn, startPfn + pages)));
    }

    /// A zone whose managed frames are known.
    public static ZoneSpan of(int node, ZoneType type, int startPfn, int spannedPages,
            int presentPages, List<PfnRange> managed) {
        return new ZoneSpan(node, type, startPfn, spannedPages, presentPages,
                managed.stream().mapToInt(PfnRange::pages).sum(), managed);
    }

    /// The frame number after the last one.
    public int endPfn() {
        return startPfn + spannedPages;
    }
}
