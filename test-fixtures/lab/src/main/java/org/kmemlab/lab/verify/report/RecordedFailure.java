package org.kmemlab.lab.verify.report;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.Watermarks;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.machine.ZoneType;

/// What a recorded report of a failed request says of one zone.
///
/// The report says how many free blocks there are of each order and which types they have, but not
/// how many of each type, nor where they lie.
///
/// @param node the memory node
/// @param type the zone
/// @param presentPages page frames that exist
/// @param managedPages page frames that the allocator has
/// @param marks the watermarks without boost
/// @param boostPages pages that all marks are raised by
/// @param reserve pages kept from requests that could use higher zones, by zone
/// @param countedPages the counter of free pages
/// @param blocks free blocks by order
/// @param letters the types of free blocks by order, as letters
/// @param highatomicPages pages set apart for urgent requests
/// @param perCpuPages pages on all CPUs' lists
/// @param localPages pages on the lists of the CPU that asked
record RecordedFailure(int node, ZoneType type, int presentPages, int managedPages,
        Watermarks marks, int boostPages, List<Integer> reserve, long countedPages,
        List<Integer> blocks, List<String> letters, int highatomicPages, int perCpuPages,
        int localPages) {

    private static final Pattern ZONE = Pattern.compile("Node (\\d+) (\\w+) free:.*");
    private static final Pattern BLOCKS = Pattern.compile("(\\d+)\\*\\d+kB (?:\\((\\w+)\\) )?");
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern BI_COUNTS =
            Pattern.compile("bi node=(\\d+) zone=(\\w+) nr_free=([\\d,]+) .*");
    private static final String TYPE_LETTERS = "UMEH";
    private static final int KIB_PER_PAGE = 4;

    /// The zones that the first report among the lines lists; none if there is no report.
    static List<RecordedFailure> of(List<String> lines) {
        List<RecordedFailure> zones = new ArrayList<>();
        for (int i = 0; i + 1 < lines.size(); i++) {
            Matcher zone = ZONE.matcher(lines.get(i));
            if (zone.matches()) {
                zones.add(zone(lines, i, Integer.parseInt(zone.group(1)),
                        ZoneType.ofLabel(zone.group(2))));
            }
            if (lines.get(i).endsWith(" pages reserved")) {
                break;
            }
        }
        return zones;
    }

    private static RecordedFailure zone(List<String> lines, int at, int node, ZoneType type) {
        String line = lines.get(at);
        String start = "Node " + node + " " + type.label() + ": ";
        List<MatchResult> blocks = lines.stream().skip(at)
                .filter(text -> text.startsWith(start)).findFirst()
                .map(text -> BLOCKS.matcher(text).results().toList()).orElse(List.of());
        int boost = pages(line, "boost");
        Watermarks marks = Watermarks.of(pages(line, "min") - boost, pages(line, "low") - boost,
                pages(line, "high") - boost);
        return new RecordedFailure(node, type, pages(line, "present"), pages(line, "managed"),
                marks, boost, reserve(lines.get(at + 1)), pages(line, "free"),
                blocks.stream().map(block -> Integer.valueOf(block.group(1))).toList(),
                blocks.stream().map(block -> block.group(2) == null ? "" : block.group(2))
                        .toList(),
                pages(line, "reserved_highatomic"), pages(line, "free_pcp"),
                pages(line, "local_pcp"));
    }

    private static int pages(String line, String name) {
        Matcher value = Pattern.compile("\\b" + name + ":(\\d+)[kK]B").matcher(line);
        return value.find() ? Integer.parseInt(value.group(1)) / KIB_PER_PAGE : 0;
    }

    private static List<Integer> reserve(String line) {
        List<Integer> columns = new ArrayList<>(numbers(line));
        while (columns.size() < ZoneType.values().length) {
            columns.add(0);
        }
        return columns.subList(0, ZoneType.values().length);
    }

    private static List<Integer> numbers(String text) {
        return NUMBER.matcher(text).results().map(number -> Integer.valueOf(number.group()))
                .toList();
    }

    /// The same zone with everything that a `bi` dump knows taken from it.
    RecordedFailure with(StepLine bi) {
        for (String line : bi.dump()) {
            Matcher counts = BI_COUNTS.matcher(line);
            if (counts.matches() && counts.group(1).equals(Integer.toString(node))
                    && counts.group(2).equals(type.label())) {
                List<Integer> perCpu = Pattern.compile(":count=(\\d+)").matcher(line).results()
                        .map(count -> Integer.valueOf(count.group(1))).toList();
                int sum = perCpu.stream().mapToInt(Integer::intValue).sum();
                return new RecordedFailure(node, type, presentPages, managedPages,
                        Watermarks.of(value(line, "min"), value(line, "low"), value(line, "high")),
                        boostPages, reserve, value(line, "vm_nr_free"), numbers(counts.group(3)),
                        letters, value(line, "hatomic"), sum, perCpu.getFirst());
            }
        }
        return this;
    }

    private static int value(String line, String name) {
        Matcher value = Pattern.compile(" " + name + "=(\\d+)").matcher(line);
        return value.find() ? Integer.parseInt(value.group(1)) : 0;
    }

    /// How many free blocks of an order have a type: one of each that is named, the rest of the
    /// first.
    int blocksOf(int order, MigrateType wanted) {
        int count = order < blocks.size() ? blocks.get(order) : 0;
        String types = order < letters.size() ? letters.get(order) : "";
        int place = types.indexOf(TYPE_LETTERS.charAt(wanted.ordinal()));
        if (types.isEmpty() && wanted == MigrateType.MOVABLE) {
            return count;
        }
        if (place < 0) {
            return 0;
        }
        return place == 0 ? Math.max(0, count - types.length() + 1) : Math.min(1, count);
    }
}
