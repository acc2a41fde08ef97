package org.kmemlab.lab.verify.boot;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.buddy.proc.ProcPagetypeinfo;
import org.kmemlab.buddy.proc.ProcZoneinfo;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.lab.verify.RecordedLines;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.ZoneSpan;

/// Checks what a kernel computed at boot: which zones there are, their watermarks, the pages they
/// keep from requests that could use higher zones, the sizes of the CPUs' lists, the lag of the
/// counters, and the pageblocks.
///
/// A folder holds `zoneinfo.txt`, `pagetypeinfo.txt` and `dmesg_mm.txt`. Where zones lie and how
/// many of their pages are present and managed is taken from them, since it depends on the kernel
/// image ([BootCounts]); our allocator is booted on that memory, and its `/proc` texts are compared
/// line by line. Every line that has a computed value is an item.
public final class BootCheck {

    private static final Pattern COMPUTED = Pattern.compile("Node .*| +(?:min|low|high) +\\d+"
            + "| +protection: .*| +cpu: .*| +high: .*| +batch: .*| +vm stats threshold: .*");
    private static final Pattern GIVEN = Pattern.compile(
            " +(?:boost|spanned|present|managed|start_pfn:) +\\d+");
    private static final Pattern BLOCK_COUNTS = Pattern.compile("(Node \\d+, zone +\\w+)([ \\d]+)");
    private static final String NO_LINE = "(no line)";

    private final OracleMachine machine;
    private final CheckTally tally;

    private BootCheck(OracleMachine machine, CheckTally tally) {
        this.machine = machine;
        this.tally = tally;
    }

    /// Checks one folder; its files may be plain or gz.
    ///
    /// @param machine the machine that it was recorded on
    /// @param differencesKept how many differences to remember
    /// @throws InputException if a file is missing or malformed
    public static CheckReport check(OracleMachine machine, Path folder, int differencesKept)
            throws IOException {
        RecordedLines zoneinfo = RecordedLines.of(folder, "zoneinfo.txt");
        RecordedLines pagetypes = RecordedLines.of(folder, "pagetypeinfo.txt");
        RecordedLines bootLog = RecordedLines.of(folder, "dmesg_mm.txt");
        BootCheck check = new BootCheck(machine,
                new CheckTally(folder.toString(), differencesKept));
        check.run(zoneinfo, pagetypes, bootLog);
        return check.tally.report();
    }

    private void run(RecordedLines zoneinfo, RecordedLines pagetypes, RecordedLines bootLog)
            throws IOException {
        ZoneinfoFile recorded = new ZoneinfoFile(zoneinfo);
        OptionalInt sum = BootCounts.sumOf(bootLog.lines());
        BootCounts counts = BootCounts.choose(machine.profile(), recorded.zones(), sum);
        tally.take(counts.valuesTaken() + 1);
        List<ZoneState> booted = boot(counts.zones(), recorded.zones());
        compareZoneinfo(zoneinfo, recorded, booted);
        comparePagetypes(pagetypes, booted);
    }

    /// Our allocator on that memory, with the boosts of the recording.
    private List<ZoneState> boot(List<ZoneSpan> zones, List<ZoneState> recorded) {
        try (Machine ours = new Machine(machine.configOf(zones, 1))) {
            List<ZoneState> states = new PageAllocator(ours).snapshot();
            return IntStream.range(0, states.size())
                    .mapToObj(i -> boosted(states.get(i), recorded.get(i).boostPages())).toList();
        }
    }

    private static ZoneState boosted(ZoneState zone, int boost) {
        return new ZoneState(zone.span(), zone.pageblockTypes(), zone.freeLists(), zone.perCpu(),
                zone.watermarks(), zone.lowmemReserve(), zone.countedFreePages(),
                zone.highatomicPages(), boost);
    }

    private void compareZoneinfo(RecordedLines file, ZoneinfoFile recorded,
            List<ZoneState> booted) {
        List<String> ours = ProcZoneinfo.text(machine.profile(), booted, List.of()).lines()
                .toList();
        List<ZoneinfoFile.Line> lines = recorded.lines();
        for (int i = 0; i < lines.size(); i++) {
            String expected = lines.get(i).text();
            if (GIVEN.matcher(expected).matches()) {
                tally.take(1);
            } else if (COMPUTED.matcher(expected).matches()) {
                tally.begin(file.place(lines.get(i).index()));
                tally.compare("line", expected.strip(), i < ours.size() ? ours.get(i).strip()
                        : NO_LINE);
                tally.end();
            }
        }
        for (int i = lines.size(); i < ours.size(); i++) {
            tally.begin(file.file() + ", end");
            tally.compare("line", NO_LINE, ours.get(i).strip());
            tally.end();
        }
    }

    private void comparePagetypes(RecordedLines file, List<ZoneState> booted) {
        List<String> ours = ProcPagetypeinfo.text(machine.profile(), booted).lines().toList();
        for (int i = 0; i < Math.max(file.lines().size(), ours.size()); i++) {
            String expected = i < file.lines().size() ? file.lines().get(i) : NO_LINE;
            String got = i < ours.size() ? ours.get(i) : NO_LINE;
            if (!expected.isEmpty()) {
                tally.begin(file.place(i));
                tally.compare("line", withoutState(expected), withoutState(got));
                tally.end();
            }
        }
    }

    /// A line without what changes while a kernel runs: how many blocks are free, and how the
    /// pageblocks are shared out among the types.
    private static String withoutState(String line) {
        var counts = BLOCK_COUNTS.matcher(line);
        if (counts.matches()) {
            int blocks = Pattern.compile("\\d+").matcher(counts.group(2)).results()
                    .mapToInt(number -> Integer.parseInt(number.group())).sum();
            return counts.group(1) + ": " + blocks + " pageblocks";
        }
        return line.replaceFirst("(type +\\w+)[ \\d>]+$", "$1");
    }
}
