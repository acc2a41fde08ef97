package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.machine.ZoneType;

/// One report of a failed request in a recorded log, read back into the state that it shows.
///
/// @param lines from `Mem-Info:` on, with 0 in the place of counters that do not exist here
/// @param headline the report's first line
record RecordedSplat(String headline, List<String> lines) {

    private static final Pattern FOREIGN = Pattern.compile(
            "((?:active_anon|inactive_anon|isolated_anon|active_file|inactive_file|isolated_file"
                    + "|unevictable|slab_reclaimable|slab_unreclaimable|mapped|shmem|pagetables"
                    + "|kernel_stack):)\\d+|^\\d+(?= total pagecache)");
    private static final Pattern ZONE = Pattern.compile("Node (\\d+) (\\w+) free:.*");
    private static final Pattern BLOCKS = Pattern.compile("(\\d+)\\*\\d+kB (?:\\((\\w+)\\) )?");

    /// All reports of a log.
    static List<RecordedSplat> of(List<String> log) {
        List<RecordedSplat> splats = new ArrayList<>();
        String headline = "";
        for (int i = 0; i < log.size(); i++) {
            if (log.get(i).contains("page allocation failure")) {
                headline = log.get(i);
            } else if (log.get(i).equals("Mem-Info:")) {
                int end = i;
                while (!log.get(end).endsWith("pages reserved")) {
                    end++;
                }
                splats.add(new RecordedSplat(headline, log.subList(i, end + 1).stream()
                        .map(line -> FOREIGN.matcher(line).replaceAll(found -> (found.group(1)
                                == null ? "" : found.group(1)) + "0"))
                        .toList()));
            }
        }
        return splats;
    }

    /// The zones that it lists.
    List<ZoneState> zones() {
        List<ZoneState> zones = new ArrayList<>();
        int from = 1;
        for (int i = 0; i < lines.size(); i++) {
            Matcher zone = ZONE.matcher(lines.get(i));
            if (zone.matches()) {
                ZoneType type = ZoneType.ofLabel(zone.group(2));
                zones.add(zone(lines.get(i), lines.get(i + 1), new ZoneSpan(
                        Integer.parseInt(zone.group(1)), type, from, pages(lines.get(i), "present"),
                        pages(lines.get(i), "present"), pages(lines.get(i), "managed"),
                        List.of())));
                from += 1 << 20;
            }
        }
        return zones;
    }

    private ZoneState zone(String line, String reserve, ZoneSpan span) {
        int boost = pages(line, "boost");
        Watermarks marks = Watermarks.of(pages(line, "min") - boost, pages(line, "low") - boost,
                pages(line, "high") - boost);
        List<Integer> columns = Pattern.compile("\\d+").matcher(reserve).results()
                .map(column -> Integer.valueOf(column.group())).toList();
        ZoneState.CpuLists lists = new ZoneState.CpuLists(0, pages(line, "local_pcp"), 0, 0, 0,
                List.of());
        return new ZoneState(span, List.of(), freeLists(span), List.of(lists), marks, columns,
                pages(line, "free"), pages(line, "reserved_highatomic"), boost);
    }

    private List<ZoneState.FreeList> freeLists(ZoneSpan span) {
        String start = "Node " + span.node() + " " + span.type().label() + ": ";
        String line = lines.stream().filter(text -> text.startsWith(start)).findFirst()
                .orElseThrow();
        List<MatchResult> blocks = BLOCKS.matcher(line).results().toList();
        List<ZoneState.FreeList> lists = new ArrayList<>();
        for (int order = 0; order < blocks.size(); order++) {
            int count = Integer.parseInt(blocks.get(order).group(1));
            String letters = count == 0 ? "" : blocks.get(order).group(2);
            for (int i = 0; i < letters.length(); i++) {
                // How many blocks each list has is not said: one each, and the rest on the first.
                int own = i == 0 ? count - letters.length() + 1 : 1;
                lists.add(new ZoneState.FreeList(order,
                        MigrateType.of("UMEH".indexOf(letters.charAt(i))),
                        IntStream.range(0, own).boxed().toList()));
            }
        }
        return lists;
    }

    private static int pages(String line, String name) {
        Matcher value = Pattern.compile("\\b" + name + ":(\\d+)[kK]B").matcher(line);
        if (!value.find()) {
            throw new IllegalArgumentException(name + " is not in " + line);
        }
        return Integer.parseInt(value.group(1)) / 4;
    }
}
