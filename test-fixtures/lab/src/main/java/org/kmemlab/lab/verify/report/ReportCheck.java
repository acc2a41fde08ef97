package org.kmemlab.lab.verify.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.apache.commons.lang3.StringUtils;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.lab.verify.RecordedLines;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.Task;
import org.kmemlab.machine.ZoneSpan;

/// Checks what a kernel printed into its log while a step log was recorded: reports of failed
/// requests and of damaged pages, and that nothing was printed where the kernel kept silent.
///
/// The operations run on our allocators at the recorded times, and what they print is compared line
/// by line, after [ReportMasks]. Such step logs start without a state:
///
/// - In a log of failed requests the state is taken from the report itself, and from a `bi` dump
///   right before it. The requests that the kernel refused are made again: they must fail here too,
///   and print the report, or nothing if the kernel held it back. Requests that it served say
///   nothing about reports and are passed over. If a second or more lies between two markers, the
///   recorder slept and the background reclaimers ran.
/// - A log of damaged objects is the matter of [SlubReportCheck].
/// - Any other log is executed as a whole, from a state in which the blocks that it gets are free.
///
/// Every operation that is executed and every line of the log is an item.
public final class ReportCheck {

    private static final Pattern CALLER = Pattern.compile("CPU: 0 PID: (\\d+) Comm: (\\S+) .*");
    private static final String REFUSED = "NULL";
    private static final Set<String> REQUESTS = Set.of("ap", "ka", "km");
    private static final String NO_LINE = "(no line)";
    private static final int VALUES_OF_ZONE = 16;
    private static final double SLEPT_SECONDS = 1;

    private final OracleMachine recordedOn;
    private final String stepsFile;
    private final RecordedLines log;
    private final CheckTally tally;
    /// The latest report on each zone of the machine; null before the first.
    private final List<@Nullable RecordedFailure> latest = new ArrayList<>();
    private boolean hasState;
    private double lastSeconds;

    private ReportCheck(OracleMachine recordedOn, String stepsFile, RecordedLines log,
            CheckTally tally) {
        this.recordedOn = recordedOn;
        this.stepsFile = stepsFile;
        this.log = log;
        this.tally = tally;
    }

    /// Checks the kernel log of one run.
    ///
    /// @param recordedOn the machine that made it; its memory must be known
    /// @param steps the step log, plain or gz
    /// @param dmesg the kernel log, plain or gz
    /// @throws InputException if a file cannot be read, or the two do not fit each other
    public static CheckReport check(OracleMachine recordedOn, Path steps, Path dmesg,
            int differencesKept) throws IOException {
        RecordedLines log = RecordedLines.of(dmesg);
        ReportCheck check = new ReportCheck(recordedOn, steps.toString(), log,
                new CheckTally(dmesg.toString(), differencesKept));
        List<ReportSections.Section> sections = ReportSections.read(steps, log);
        if (sections.stream().allMatch(section -> section.steps().isEmpty())) {
            throw new InputException(steps.toString(), -1, "is no step log");
        }
        if (SlubReportCheck.isAboutObjects(sections)) {
            new SlubReportCheck(steps.toString(), log, check.tally).run(recordedOn, sections);
        } else {
            check.run(sections);
        }
        return check.tally.report();
    }

    private void run(List<ReportSections.Section> sections) {
        List<String> lines = log.lines().stream().map(ReportMasks::withoutStamp).toList();
        List<RecordedFailure> reported = RecordedFailure.of(lines);
        boolean ofFailures = !reported.isEmpty();
        MachineConfig config = config(reported);
        List<StepLine> steps = sections.stream().flatMap(section -> section.steps().stream())
                .toList();
        try (Machine machine = new Machine(config)) {
            machine.cpu(0).run(caller(lines));
            ReportPlayer player = new ReportPlayer(machine, ofFailures ? new PageAllocator(machine)
                    : new PageAllocator(machine, startOf(config, steps)));
            config.zones().forEach(zone -> latest.add(null));
            hasState = !ofFailures;
            for (ReportSections.Section section : sections) {
                play(machine, player, section, ofFailures);
            }
        }
    }

    /// The recorded machine, with the sizes of its zones as far as a report tells them.
    private MachineConfig config(List<RecordedFailure> reported) {
        MachineConfig config = recordedOn.config();
        List<ZoneSpan> zones = config.zones().stream()
                .map(span -> reported.stream().filter(zone -> isOf(zone, span)).findFirst()
                        .map(zone -> sized(span, zone)).orElse(span))
                .toList();
        return MachineConfig.ofZones(zones).withProfile(config.profile())
                .withCpus(config.cpus(), config.possibleCpus());
    }

    private static boolean isOf(RecordedFailure zone, ZoneSpan span) {
        return zone.node() == span.node() && zone.type() == span.type();
    }

    private static ZoneSpan sized(ZoneSpan span, RecordedFailure zone) {
        return new ZoneSpan(span.node(), span.type(), span.startPfn(),
                Math.max(span.spannedPages(), zone.presentPages()), zone.presentPages(),
                zone.managedPages(), List.of());
    }

    /// The task that the recorder ran as.
    private Task caller(List<String> lines) {
        for (String line : lines) {
            Matcher caller = CALLER.matcher(line);
            if (caller.matches()) {
                tally.take(2);
                return new Task(caller.group(2), Integer.parseInt(caller.group(1)));
            }
        }
        return new Task("init", 1);
    }

    private List<ZoneState> startOf(MachineConfig config, List<StepLine> steps) {
        List<ZoneSpan> zones = config.zones();
        int largest = IntStream.range(0, zones.size()).boxed()
                .max(Comparator.comparingInt(i -> zones.get(i).managedPages())).orElse(0);
        tally.take((int) steps.stream().filter(step -> step.op().equals("ap")).count());
        return IntStream.range(0, zones.size()).mapToObj(i -> ReportStates
                .ofSteps(config.profile(), zones, i, steps, i == largest)).toList();
    }

    private void play(Machine machine, ReportPlayer player, ReportSections.Section section,
            boolean ofFailures) {
        long now = machine.clock().jiffiesOfMillis(Math.round(section.seconds() * 1000));
        machine.clock().advance(Math.max(0, now - machine.clock().jiffies()));
        tally.take(1);
        machine.log().clear();
        boolean slept = section.seconds() - lastSeconds >= SLEPT_SECONDS && lastSeconds > 0;
        lastSeconds = section.seconds();
        boolean reloaded = false;
        List<RecordedFailure> reported = RecordedFailure.of(section.log());
        for (StepLine step : section.steps()) {
            boolean refused = REQUESTS.contains(step.op()) && step.result().startsWith(REFUSED);
            if (refused && !reloaded && !reported.isEmpty()) {
                reload(machine, player, reported, section.before());
                // A boost that is still there says that the reclaimer has not run yet.
                if (slept && reported.stream().allMatch(zone -> zone.boostPages() == 0)) {
                    player.letKswapdRun();
                }
                reloaded = true;
            }
            if (!ofFailures || step.op().equals("kc") || (refused && hasState)) {
                execute(player, step, reloaded);
            }
            reloaded &= !refused;
        }
        compareLog(tally, log, section, machine.log().lines());
    }

    private void reload(Machine machine, ReportPlayer player, List<RecordedFailure> reported,
            @Nullable StepLine before) {
        List<ZoneSpan> zones = machine.config().zones();
        List<ZoneState> states = new ArrayList<>();
        for (int i = 0; i < zones.size(); i++) {
            ZoneSpan span = zones.get(i);
            for (RecordedFailure zone : reported) {
                if (isOf(zone, span)) {
                    latest.set(i, before != null && before.op().equals("bi") ? zone.with(before)
                            : zone);
                    tally.take(VALUES_OF_ZONE);
                }
            }
            RecordedFailure zone = latest.get(i);
            if (zone == null) {
                return;
            }
            states.add(ReportStates.ofFailure(machine.profile(), span, zone, 0,
                    machine.cpus().size()));
        }
        player.reload(states);
        hasState = true;
    }

    /// @param ownState whether the state is the one that the operation was recorded in
    private void execute(ReportPlayer player, StepLine step, boolean ownState) {
        String got = player.execute(step);
        if (got == null) {
            return;
        }
        tally.begin(stepsFile + ", line " + step.fileLine() + " (" + step + ")");
        boolean whole = !step.result().startsWith(REFUSED) || (ownState && step.op().equals("ap"));
        tally.compare("result", whole ? step.result() : REFUSED,
                whole ? got : StringUtils.substringBefore(got, " "));
        tally.end();
    }

    /// Compares what was printed in a section, after masking.
    static void compareLog(CheckTally tally, RecordedLines log, ReportSections.Section section,
            List<String> printed) {
        List<ReportMasks.Masked> expected = ReportMasks.apply(section.log());
        List<ReportMasks.Masked> got = ReportMasks.apply(printed);
        for (int i = 0; i < Math.max(expected.size(), got.size()); i++) {
            boolean more = i < expected.size();
            tally.begin(log.place(section.logIndex()
                    + (more ? expected.get(i).index() : section.log().size() - 1)));
            tally.compare("line", more ? expected.get(i).text() : NO_LINE,
                    i < got.size() ? got.get(i).text() : NO_LINE);
            tally.mask(more ? expected.get(i).masked() : 0);
            tally.end();
        }
    }
}
