package org.kmemlab.buddy;

import org.kmemlab.machine.ZoneType;

/// Whether moving pages together can make a block of an order in a zone.
enum Suitability {
    /// There is such a block already.
    SUCCESS,
    /// There is too little free memory for it to help.
    SKIPPED,
    /// It can help.
    CONTINUE;

    /// Fragmentation indices up to this one mean a lack of memory (`extfrag_threshold`).
    private static final int EXTFRAG_THRESHOLD = 500;

    /// Judges a zone.
    static Suitability of(Zone zone, int order, ZoneType highest) {
        ZoneMarks marks = zone.marks;
        if (marks.passes(zone, order, marks.mark(AllocFlags.WMARK_MIN), highest, 0)) {
            return SUCCESS;
        }
        boolean costly = order > PerCpuPages.COSTLY_ORDER;
        int mark = marks.mark(costly ? AllocFlags.WMARK_LOW : AllocFlags.WMARK_MIN);
        if (!marks.passes(zone, 0, mark + gap(order), highest, 0)) {
            return SKIPPED;
        }
        int index = costly ? zone.fragmentation().index(order) : -1;
        return index >= 0 && index <= EXTFRAG_THRESHOLD ? SKIPPED : CONTINUE;
    }

    /// Whether compaction needs no more reclaim: reclaiming for a large order stops at such a zone.
    static boolean isReady(Zone zone, int order, ZoneType highest) {
        return switch (of(zone, order, highest)) {
            case SUCCESS -> true;
            case SKIPPED -> false;
            case CONTINUE -> zone.marks.passes(zone, 0,
                    zone.marks.mark(AllocFlags.WMARK_HIGH) + gap(order), highest, 0);
        };
    }

    /// Free pages that moving needs as room: those to move to and those just emptied.
    private static int gap(int order) {
        return 2 << order;
    }
}
