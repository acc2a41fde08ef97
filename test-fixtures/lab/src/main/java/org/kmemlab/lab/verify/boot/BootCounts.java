package org.kmemlab.lab.verify.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.kmemlab.buddy.Watermarks;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.machine.ZoneType;

/// How many pages each zone managed when the kernel computed marks and reserves from them.
///
/// Later the kernel gave memory back to the zones that only booting needed, so the counts of a
/// running machine are larger. The line `Memory:` of the boot log tells their sum, but for the
/// replaced code of CPU alternatives, a few pages that are freed between that line and the marks.
/// It does not tell which zone got the memory that was given back later: the kernel image lies in
/// one zone and the initial file system in one, most often the same. Nothing comes back to zones
/// below 16 MiB.
///
/// These two unknowns, at most [#EARLY_PAGES_MOST] pages and the split between two zones, are
/// chosen so that most recorded marks and reserves come out; they count as taken from the
/// recording. Every zone has three marks and its reserves, so the choice cannot make up for a wrong
/// formula. Without the line the sum is chosen too, from what one zone can have got back.
///
/// @param zones the zones with the counts of that moment
/// @param valuesTaken how many values were chosen
record BootCounts(List<ZoneSpan> zones, int valuesTaken) {

    /// Most pages that are given back between the line and the marks.
    static final int EARLY_PAGES_MOST = 64;
    /// Without the line: which part of the memory can have come back later.
    private static final int LATER_SHARE = 8;

    private static final Pattern MEMORY = Pattern.compile(
            ".*Memory: \\d+K/(\\d+)K available \\(.*, (\\d+)K reserved, .*");
    private static final int KIB_PER_PAGE = 4;
    private static final int VALUES_OF_ZONE = 3 + ZoneType.values().length;

    BootCounts {
        zones = List.copyOf(zones);
    }

    /// The sum of managed pages that a boot log tells; empty if it does not.
    static OptionalInt sumOf(List<String> bootLog) {
        for (String line : bootLog) {
            Matcher memory = MEMORY.matcher(line);
            if (memory.matches()) {
                return OptionalInt.of((Integer.parseInt(memory.group(1))
                        - Integer.parseInt(memory.group(2))) / KIB_PER_PAGE);
            }
        }
        return OptionalInt.empty();
    }

    /// Chooses the counts.
    ///
    /// @param recorded the zones as they were recorded later
    /// @param sum what [#sumOf] says
    static BootCounts choose(KernelProfile profile, List<ZoneState> recorded, OptionalInt sum) {
        List<ZoneSpan> now = recorded.stream().map(ZoneState::span).toList();
        int total = now.stream().mapToInt(ZoneSpan::managedPages).sum();
        int most = sum.isPresent() ? Math.max(0, total - sum.getAsInt()) : total / LATER_SHARE;
        int least = sum.isPresent() ? Math.max(0, most - EARLY_PAGES_MOST) : 0;
        List<Integer> targets = targets(now);
        Search search = new Search(profile, recorded, now);
        boolean found = false;
        for (int later = most; later >= least && !found; later--) {
            found = search.tryAll(splits(now, targets, later, sum.isPresent()));
        }
        return new BootCounts(search.best, targets.size() > 1 ? 2 : 1);
    }

    /// Looks for the counts from which most recorded values follow; of equally good ones, the
    /// first.
    private static final class Search {

        private final KernelProfile profile;
        private final List<ZoneState> recorded;
        private List<ZoneSpan> best;
        private int bestEqual;

        Search(KernelProfile profile, List<ZoneState> recorded, List<ZoneSpan> start) {
            this.profile = profile;
            this.recorded = recorded;
            best = start;
        }

        /// Tries candidates until all values follow from one.
        ///
        /// @return whether that happened
        boolean tryAll(List<List<ZoneSpan>> candidates) {
            for (List<ZoneSpan> zones : candidates) {
                int equal = equalValues(profile, recorded, zones);
                if (equal > bestEqual) {
                    best = zones;
                    bestEqual = equal;
                }
                if (equal == recorded.size() * VALUES_OF_ZONE) {
                    return true;
                }
            }
            return false;
        }
    }

    /// Indices of the zones that can have been given memory.
    private static List<Integer> targets(List<ZoneSpan> zones) {
        List<Integer> targets = new ArrayList<>();
        for (int i = 0; i < zones.size(); i++) {
            if (zones.get(i).type() != ZoneType.DMA && zones.get(i).managedPages() > 0) {
                targets.add(i);
            }
        }
        return targets;
    }

    /// All ways to take pages from one zone, or from one zone or two.
    private static List<List<ZoneSpan>> splits(List<ZoneSpan> now, List<Integer> targets,
            int pages, boolean two) {
        List<List<ZoneSpan>> all = new ArrayList<>();
        for (int one : targets) {
            all.add(with(now, one, pages));
            for (int other : targets) {
                for (int part = 1; two && other > one && part < pages; part++) {
                    all.add(with(with(now, one, part), other, pages - part));
                }
            }
        }
        all.removeIf(List::isEmpty);
        return all;
    }

    /// The zones with fewer managed pages in one of them; empty if it has not that many.
    private static List<ZoneSpan> with(List<ZoneSpan> zones, int index, int lessPages) {
        if (zones.isEmpty() || zones.get(index).managedPages() < lessPages) {
            return List.of();
        }
        List<ZoneSpan> changed = new ArrayList<>(zones);
        ZoneSpan span = zones.get(index);
        changed.set(index, new ZoneSpan(span.node(), span.type(), span.startPfn(),
                span.spannedPages(), span.presentPages(), span.managedPages() - lessPages,
                List.of()));
        return changed;
    }

    private static int equalValues(KernelProfile profile, List<ZoneState> recorded,
            List<ZoneSpan> zones) {
        List<Watermarks> marks = Watermarks.ofZones(profile, zones);
        int equal = 0;
        for (int i = 0; i < zones.size(); i++) {
            Watermarks expected = recorded.get(i).watermarks();
            equal += marks.get(i).min() == expected.min() ? 1 : 0;
            equal += marks.get(i).low() == expected.low() ? 1 : 0;
            equal += marks.get(i).high() == expected.high() ? 1 : 0;
            int[] reserve = Watermarks.lowmemReserve(zones, i);
            for (int column = 0; column < reserve.length; column++) {
                equal += reserve[column] == recorded.get(i).lowmemReserve().get(column) ? 1 : 0;
            }
        }
        return equal;
    }
}
