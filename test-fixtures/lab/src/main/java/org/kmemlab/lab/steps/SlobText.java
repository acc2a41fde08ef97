package org.kmemlab.lab.steps;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.kmemlab.slab.SlobView;

/// The heap of SLOB in the words of step logs, one line for each page with free blocks:
/// `slob small page=29e7 units=128 free: 71+1 215+1 ...`.
public final class SlobText {

    private static final List<String> LISTS = List.of("small", "medium", "large");
    private static final Pattern LINE = Pattern
            .compile("slob (\\w+) page=([0-9a-f]{1,7}) units=([0-9]{1,4}) free:((?: [0-9+]+)*)");
    private static final Pattern BLOCK = Pattern.compile(" ([0-9]{1,4})\\+([0-9]{1,4})");

    private SlobText() {
    }

    /// The lines of a dump.
    public static List<String> lines(SlobView heap) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < LISTS.size(); i++) {
            for (SlobView.Page page : heap.lists().get(i)) {
                lines.add("slob " + LISTS.get(i) + " page=" + Integer.toHexString(page.pfn())
                        + " units=" + page.units() + " free:"
                        + page.free().stream().map(block -> " " + block.place() + "+"
                                + block.units()).collect(Collectors.joining()));
            }
        }
        return lines;
    }

    /// Reads the lines of a dump.
    ///
    /// @throws StepFormatException if one of them is no such line, or a page is there twice
    public static SlobView parse(StepLine dump) {
        List<List<SlobView.Page>> lists = List.of(new ArrayList<>(), new ArrayList<>(),
                new ArrayList<>());
        Set<Integer> seen = new HashSet<>();
        for (String text : dump.dump()) {
            Matcher line = LINE.matcher(text);
            if (!line.matches() || !LISTS.contains(line.group(1))) {
                throw new StepFormatException(dump, "'" + text + "' is no page of SLOB", null);
            }
            int pfn = Integer.parseInt(line.group(2), 16);
            if (!seen.add(pfn)) {
                throw new StepFormatException(dump, "page " + line.group(2) + " is there twice",
                        null);
            }
            lists.get(LISTS.indexOf(line.group(1))).add(new SlobView.Page(pfn,
                    Integer.parseInt(line.group(3)), blocks(line.group(4))));
        }
        return new SlobView(lists.get(0), lists.get(1), lists.get(2), 0);
    }

    private static List<SlobView.Free> blocks(String text) {
        return BLOCK.matcher(text).results()
                .map(block -> new SlobView.Free(Integer.parseInt(block.group(1)),
                        Integer.parseInt(block.group(2))))
                .toList();
    }
}
