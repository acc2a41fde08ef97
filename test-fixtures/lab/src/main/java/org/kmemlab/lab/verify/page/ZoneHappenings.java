package org.kmemlab.lab.verify.page;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.PageEvents;

/// Collects what happened inside the zones, in the words of the trace's lines.
final class ZoneHappenings implements PageEvents {

    private final List<String> taken = new ArrayList<>();
    private final List<String> drained = new ArrayList<>();

    @Override
    public void zoneLocked(int pfn, int order, MigrateType type, boolean perCpuRefill) {
        taken.add(PageEvent.locked(pfn, order, type.ordinal(), perCpuRefill));
    }

    @Override
    public void pcpuDrain(int pfn, int order, MigrateType type) {
        drained.add(PageEvent.drained(pfn, order, type.ordinal()));
    }

    @Override
    public void extfrag(int pfn, int order, int fallbackOrder, MigrateType start,
            MigrateType fallback, boolean changedOwnership) {
        taken.add(PageEvent.stolen(pfn, order, fallbackOrder, start.ordinal(), fallback.ordinal(),
                changedOwnership));
    }

    /// What left the free lists since the last call, steals included.
    List<String> drainTaken() {
        return take(taken);
    }

    /// What came back from the lists of CPUs since the last call.
    List<String> drainReturned() {
        return take(drained);
    }

    private static List<String> take(List<String> from) {
        List<String> all = List.copyOf(from);
        from.clear();
        return all;
    }
}
