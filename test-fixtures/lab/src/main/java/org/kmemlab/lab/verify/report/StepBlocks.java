package org.kmemlab.lab.verify.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.kmemlab.buddy.MigrateType;
import org.kmemlab.lab.steps.GfpWords;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.machine.PfnRange;
import org.kmemlab.machine.ZoneType;

/// Which blocks of a zone must have been free before a log started, because an operation gets them
/// and none gave them back before.
///
/// @param perCpu those on the lists of the CPU, by list, the first to be handed out first
/// @param free those on the zone's lists, by order
/// @param claimed the frames of all of them
/// @param pageblockTypes the type of the pageblock that a frame is in, for the first frame of each
/// @param freePages pages on the zones' lists at the start
/// @param perCpuPages pages on the CPU's lists at the start
/// @param perCpuMost most pages on the CPU's lists during the log
record StepBlocks(Map<Integer, List<Integer>> perCpu, Map<Integer, List<Integer>> free,
        List<PfnRange> claimed, Map<Integer, MigrateType> pageblockTypes, long freePages,
        int perCpuPages, int perCpuMost) {

    private static final Pattern GOT =
            Pattern.compile("pfn=([0-9a-f]+) zone=(\\w+) pb=(\\d+) .*");
    private static final Pattern TOTALS = Pattern.compile(".*buddy=(\\d+) pcp=(\\d+)");
    private static final int LARGEST_KEPT = 3;
    private static final int TYPES = 3;

    static int orderOfList(int list) {
        return list / TYPES;
    }

    /// Looks through the operations for the blocks of one zone; the totals are those of all zones.
    static StepBlocks of(List<StepLine> steps, ZoneType zone) {
        Search search = new Search(zone);
        steps.forEach(search::take);
        return new StepBlocks(search.perCpu, search.free, search.claimed, search.types,
                Math.max(0, search.freePages), search.perCpuPages, search.perCpuMost);
    }

    private static final class Search {

        private final ZoneType zone;
        private final Map<Integer, List<Integer>> perCpu = new TreeMap<>();
        private final Map<Integer, List<Integer>> free = new TreeMap<>();
        private final List<PfnRange> claimed = new ArrayList<>();
        private final Set<Integer> seen = new HashSet<>();
        private final Map<Integer, MigrateType> types = new HashMap<>();
        private long freePages = -1;
        private int perCpuPages;
        private int perCpuMost;

        Search(ZoneType zone) {
            this.zone = zone;
        }

        void take(StepLine step) {
            Matcher got = GOT.matcher(step.result());
            if (step.op().equals("ap") && got.matches()) {
                if (got.group(2).equals(zone.label())) {
                    int pfn = Integer.parseInt(got.group(1), 16);
                    types.putIfAbsent(pfn, MigrateType.of(Integer.parseInt(got.group(3))));
                    takeBlock(step, pfn);
                }
            }
            Matcher totals = TOTALS.matcher(step.result());
            if (totals.matches()) {
                int pages = Integer.parseInt(totals.group(2));
                perCpuMost = Math.max(perCpuMost, pages);
                if (freePages < 0) {
                    takeTotals(step, Long.parseLong(totals.group(1)), pages);
                }
            }
        }

        private void takeBlock(StepLine step, int pfn) {
            int order = step.number(1);
            if (!seen.add(pfn)) {
                return;
            }
            claimed.add(new PfnRange(pfn, pfn + (1 << order)));
            if (order <= LARGEST_KEPT) {
                int list = TYPES * order
                        + GfpWords.parse(step.text(2)).migrateType().ordinal();
                perCpu.computeIfAbsent(list, key -> new ArrayList<>()).add(pfn);
            } else {
                free.computeIfAbsent(order, key -> new ArrayList<>()).add(pfn);
            }
        }

        /// The totals stand after the first operation that tells them; before it, what it got was
        /// free.
        private void takeTotals(StepLine step, long buddy, int pcp) {
            int order = step.op().equals("ap") && GOT.matcher(step.result()).matches()
                    ? step.number(1)
                    : -1;
            freePages = buddy + (order > LARGEST_KEPT ? 1L << order : 0);
            perCpuPages = pcp + (order >= 0 && order <= LARGEST_KEPT ? 1 << order : 0);
            perCpuMost = Math.max(perCpuMost, perCpuPages);
        }
    }
}
