package org.kmemlab.lab.verify.page;

import org.kmemlab.lab.trace.TraceCursor;

/// One page event of a trace.
///
/// @param line where it stands in the file, from 1
/// @param kind what happened
/// @param cpu the CPU it happened on
/// @param pid the task that ran there
/// @param inInterrupt whether an interrupt of that task did it
/// @param pfn first frame; -1 for a request that failed
/// @param order order of the block
/// @param type migrate type; of a steal, the one that was asked for
/// @param gfpBits flags of a request
/// @param detail what else the line says, for comparison as text
public record PageEvent(long line, Kind kind, int cpu, int pid, boolean inInterrupt, int pfn,
        int order,
        int type, int gfpBits, String detail) {

    public enum Kind {
        ALLOC, FREE, FREE_BATCHED, ZONE_LOCKED, PCPU_DRAIN, EXTFRAG, OTHER
    }

    /// The event that a cursor stands at.
    public static PageEvent of(TraceCursor cursor) {
        Kind kind = kindOf(cursor);
        int pfn = cursor.isPageFailure() && kind == Kind.ALLOC ? -1 : (int) cursor.pfn();
        String detail = switch (kind) {
            case ZONE_LOCKED -> locked(pfn, cursor.order(), cursor.migrateType(),
                    cursor.isPercpuRefill());
            case PCPU_DRAIN -> drained(pfn, cursor.order(), cursor.migrateType());
            case EXTFRAG -> stolen(pfn, cursor.order(), cursor.fallbackOrder(),
                    cursor.migrateType(), cursor.fallbackMigrateType(),
                    cursor.isOwnershipChanged());
            default -> "";
        };
        return new PageEvent(cursor.lineNumber(), kind, cursor.cpu(), cursor.pid(),
                cursor.isInInterrupt(), pfn, cursor.order(), cursor.migrateType(),
                kind == Kind.ALLOC ? cursor.gfpBits() : 0, detail);
    }

    private static Kind kindOf(TraceCursor cursor) {
        return switch (cursor.kind()) {
            case MM_PAGE_ALLOC -> Kind.ALLOC;
            case MM_PAGE_FREE -> Kind.FREE;
            case MM_PAGE_FREE_BATCHED -> Kind.FREE_BATCHED;
            case MM_PAGE_ALLOC_ZONE_LOCKED -> Kind.ZONE_LOCKED;
            case MM_PAGE_PCPU_DRAIN -> Kind.PCPU_DRAIN;
            case MM_PAGE_ALLOC_EXTFRAG -> Kind.EXTFRAG;
            default -> Kind.OTHER;
        };
    }

    public static String locked(int pfn, int order, int type, boolean refill) {
        return "pfn=0x" + Integer.toHexString(pfn) + " order=" + order + " migratetype=" + type
                + " percpu_refill=" + (refill ? 1 : 0);
    }

    public static String drained(int pfn, int order, int type) {
        return "pfn=0x" + Integer.toHexString(pfn) + " order=" + order + " migratetype=" + type;
    }

    public static String stolen(int pfn, int order, int fallbackOrder, int start, int fallback,
            boolean changed) {
        return "pfn=0x" + Integer.toHexString(pfn) + " alloc_order=" + order + " fallback_order="
                + fallbackOrder + " alloc_migratetype=" + start + " fallback_migratetype="
                + fallback + " change_ownership=" + (changed ? 1 : 0);
    }
}
