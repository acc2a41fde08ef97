package org.kmemlab.lab.verify.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.kmemlab.buddy.Watermarks;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.verify.RecordedLines;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.machine.ZoneType;

/// A recorded `/proc/zoneinfo`: its lines, without the counters that do not exist here, and the
/// zones that it describes.
final class ZoneinfoFile {

    private static final Pattern HEADER = Pattern.compile("Node (\\d+), zone +(\\S+)");
    private static final Pattern VALUE = Pattern.compile(" +([a-z_ ]+?):? +(\\d+)");
    private static final Pattern RESERVE = Pattern.compile("\\d+");
    private static final Pattern LEFT_OUT =
            Pattern.compile("  per-node stats|      (?!nr_free_(?:pages|cma) )\\w.*");

    /// One line.
    ///
    /// @param index its index in the file
    /// @param text the line
    record Line(int index, String text) {}

    private final RecordedLines file;
    private final List<Line> lines = new ArrayList<>();
    private final List<ZoneState> zones = new ArrayList<>();

    /// Reads the lines of a file.
    ///
    /// @throws InputException if a zone has no sizes
    ZoneinfoFile(RecordedLines file) throws InputException {
        this.file = file;
        for (int i = 0; i < file.lines().size(); i++) {
            if (!LEFT_OUT.matcher(file.lines().get(i)).matches()) {
                lines.add(new Line(i, file.lines().get(i)));
            }
        }
        int start = 0;
        for (int i = 1; i <= lines.size(); i++) {
            if (i == lines.size() || lines.get(i).text.startsWith("Node ")) {
                addZone(lines.subList(start, i));
                start = i;
            }
        }
        if (zones.isEmpty()) {
            throw file.failure(0, "no zone with memory: expected the text of /proc/zoneinfo");
        }
    }

    /// The lines that [org.kmemlab.buddy.proc.ProcZoneinfo] prints, too.
    List<Line> lines() {
        return lines;
    }

    /// The zones with memory, in the sequence of the file. Free lists are not part of it.
    List<ZoneState> zones() {
        return zones;
    }

    private void addZone(List<Line> part) throws InputException {
        int first = part.isEmpty() ? 0 : part.getFirst().index;
        Matcher header = HEADER.matcher(part.isEmpty() ? "" : part.getFirst().text);
        if (!header.matches()) {
            throw file.failure(first, "expected 'Node N, zone NAME'");
        }
        int present = first(part, "present", first);
        if (present == 0) {
            return;
        }
        try {
            ZoneSpan span = new ZoneSpan(Integer.parseInt(header.group(1)),
                    ZoneType.ofLabel(header.group(2)), first(part, "start_pfn", first),
                    first(part, "spanned", first), present, first(part, "managed", first),
                    List.of());
            zones.add(state(part, span, first));
        } catch (IllegalArgumentException cause) {
            InputException failure = file.failure(first, "" + cause.getMessage());
            failure.initCause(cause);
            throw failure;
        }
    }

    private ZoneState state(List<Line> part, ZoneSpan span, int at) throws InputException {
        int boost = first(part, "boost", at);
        Watermarks marks = Watermarks.of(first(part, "min", at) - boost,
                first(part, "low", at) - boost, first(part, "high", at) - boost);
        List<Integer> reserve = new ArrayList<>();
        for (Line line : part) {
            if (line.text.contains("protection:")) {
                RESERVE.matcher(line.text).results().limit(ZoneType.values().length)
                        .forEach(number -> reserve.add(Integer.valueOf(number.group())));
            }
        }
        return new ZoneState(span, List.of(), List.of(), List.of(), marks, reserve,
                first(part, "pages free", at), 0, boost);
    }

    private int first(List<Line> part, String name, int at) throws InputException {
        for (Line line : part) {
            Matcher value = VALUE.matcher(line.text);
            if (value.matches() && value.group(1).equals(name)) {
                return Integer.parseInt(value.group(2));
            }
        }
        throw file.failure(at, "the zone has no line '" + name + "'");
    }
}
