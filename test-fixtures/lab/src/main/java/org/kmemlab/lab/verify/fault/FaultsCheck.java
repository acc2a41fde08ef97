package org.kmemlab.lab.verify.fault;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.kmemlab.fault.FaultAttr;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.lab.verify.RecordedLines;
import org.kmemlab.lab.verify.report.ReportMasks;
import org.kmemlab.lab.verify.slab.SlabStepsCheck;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.Task;

/// Checks logs made under fault injection: sets the attributes as the recorder did, executes each
/// line, and compares who failed, all that the failures left behind, the attributes afterwards, and
/// what was printed.
///
/// Every line is an item, and so is every attribute and every line of the kernel log. The count
/// behind `interval` is hidden: where the log does not follow another one of the same boot, its
/// remainder is the first with which all is equal, and it is reported with the subject. Where chance
/// decided, the recorded outcome of each choice is taken, and the number of failures must be likely.
public final class FaultsCheck {

    private static final Pattern CALLER =
            Pattern.compile(".*CPU: \\d+ PID: (\\d+) Comm: (\\S+) .*");
    private static final Pattern DEFAULT = Pattern.compile("(\\w+)/([\\w-]+)=(\\S*)");
    private static final Pattern FOLDER = Pattern.compile("/.*/(\\w+):");
    /// Written by the recorder and not by the kernel.
    private static final Set<String> NOT_AFTER = Set.of("probability");
    private static final int TRIALS_MAX = 1000;
    private static final double DEVIATIONS_MAX = 5;
    private static final String NO_LINE = "(no line)";

    private final int differencesKept;
    private final boolean oneBoot;
    private final Map<String, IntervalCount> counts = new HashMap<>();

    /// @param differencesKept how many differences to remember of each file
    /// @param oneBoot whether the files are cases of one boot in the order in which they are given
    public FaultsCheck(int differencesKept, boolean oneBoot) {
        this.differencesKept = differencesKept;
        this.oneBoot = oneBoot;
    }

    /// Whether a file is the kernel log of a step log, and is checked with that.
    public static boolean isLogOfCase(Path file) {
        return file.getFileName().toString().contains(".dmesg.");
    }

    /// Checks one log, plain or gz; the kernel log is `NAME.dmesg.txt` beside `NAME.txt`.
    ///
    /// @param machine the machine that made it; if its memory is not known, it gets as much as the
    ///        pages of the log need
    /// @throws IOException if it cannot be read
    /// @throws IllegalArgumentException if it names an attribute or a value that there is not
    public CheckReport check(OracleMachine machine, Path file) throws IOException {
        FaultCase recorded = FaultCase.read(file);
        OracleMachine recordedOn = machine.nodeMib().isEmpty()
                ? machine.orMemory(SlabStepsCheck.leastMib(file))
                : machine;
        if (recorded.steps().isEmpty()) {
            return checkListing(recordedOn, recorded);
        }
        String point = recorded.point();
        if (point == null || recorded.interval() == 1) {
            return new Run(recordedOn, recorded, 0, recorded.name(), differencesKept).check();
        }
        IntervalCount known = oneBoot ? counts.getOrDefault(point, IntervalCount.UNKNOWN)
                : IntervalCount.UNKNOWN;
        long start = start(recordedOn, recorded, known);
        String subject =
                recorded.name() + " (" + point + " had counted " + start % recorded.interval()
                        + " of " + recorded.interval() + " calls of its interval, "
                        + (known.candidates(recorded.interval()).count() == 1 ? "known from before"
                                : "inferred")
                        + ")";
        Run run = new Run(recordedOn, recorded, start, subject, differencesKept);
        CheckReport report = run.check();
        counts.put(point, known.after(recorded.interval(), run.lastCount));
        return report;
    }

    /// The count with which most items are equal, the lowest of several.
    private static long start(OracleMachine recordedOn, FaultCase recorded, IntervalCount known) {
        long best = known.count();
        long most = -1;
        long[] candidates = known.candidates(recorded.interval()).limit(TRIALS_MAX).toArray();
        for (int i = 0; i < candidates.length && candidates.length > 1; i++) {
            CheckReport trial = new Run(recordedOn, recorded, candidates[i], "", 0).check();
            if (trial.isGood()) {
                return candidates[i];
            }
            if (trial.equal() > most) {
                most = trial.equal();
                best = candidates[i];
            }
        }
        return best;
    }

    /// Checks a list of the attributes right after boot: names, or names and values.
    private CheckReport checkListing(OracleMachine recordedOn, FaultCase recorded) {
        CheckTally tally = new CheckTally(recorded.name(), differencesKept);
        try (Machine machine = new Machine(recordedOn.config())) {
            FaultStepPlayer player = new FaultStepPlayer(machine, machine.cpu(0));
            List<String> lines = recorded.lines().lines();
            for (int i = 0; i < lines.size(); i++) {
                Matcher value = DEFAULT.matcher(lines.get(i));
                Matcher folder = FOLDER.matcher(lines.get(i));
                if (value.matches()) {
                    tally.begin(recorded.lines().place(i));
                    tally.compare("value", value.group(3),
                            player.attributes(value.group(1)).read(value.group(2)));
                    tally.end();
                } else if (folder.matches()) {
                    tally.begin(recorded.lines().place(i));
                    tally.compare("names", lines.stream().skip(i + 1L)
                            .takeWhile(line -> !line.isEmpty()).collect(Collectors.joining(" ")),
                            String.join(" ", player.attributes(folder.group(1)).names()));
                    tally.end();
                }
            }
        }
        return tally.report();
    }

    /// One execution of one case.
    private static final class Run {

        private final OracleMachine recordedOn;
        private final FaultCase recorded;
        private final long startCount;
        private final CheckTally tally;
        private long lastCount;
        private boolean recordedFailure;
        private int choices;

        Run(OracleMachine recordedOn, FaultCase recorded, long startCount, String subject,
                int differencesKept) {
            this.recordedOn = recordedOn;
            this.recorded = recorded;
            this.startCount = startCount;
            this.tally = new CheckTally(subject, differencesKept);
        }

        CheckReport check() {
            try (Machine machine = new Machine(recordedOn.config())) {
                machine.cpu(0).run(caller());
                FaultStepPlayer player = new FaultStepPlayer(machine, machine.cpu(0));
                player.warmUp(recorded.steps());
                machine.log().clear();
                String point = recorded.point();
                FaultAttributes attributes = point == null ? null : player.attributes(point);
                if (attributes == null) {
                    openForFailNth(player);
                } else {
                    prepare(attributes);
                }
                recorded.steps().forEach(step -> checkStep(player, step));
                if (attributes != null) {
                    checkAfter(attributes);
                }
                if (recorded.isRandom()) {
                    checkChance();
                }
                checkPrinted(machine.log().lines());
                tally.mask(player.masked());
                tally.take(player.taken());
            }
            return tally.report();
        }

        /// The task that the recorder ran as.
        private Task caller() {
            RecordedLines printed = recorded.printed();
            if (printed != null) {
                for (String line : printed.lines()) {
                    Matcher caller = CALLER.matcher(line);
                    if (caller.matches()) {
                        tally.take(2);
                        return new Task(caller.group(2), Integer.parseInt(caller.group(1)));
                    }
                }
            }
            return new Task("init", 1);
        }

        /// A log that sets nothing ran with both points open to every request: `fail-nth` counts
        /// only calls that no attribute spares.
        private static void openForFailNth(FaultStepPlayer player) {
            player.attributes(FaultCase.FAILSLAB).write("ignore-gfp-wait", "N");
            player.attributes(FaultCase.FAIL_PAGE_ALLOC).write("ignore-gfp-wait", "N");
            player.attributes(FaultCase.FAIL_PAGE_ALLOC).write("min-order", "0");
        }

        /// Sets the attributes. What the recorder did not set is taken from the state.
        private void prepare(FaultAttributes attributes) {
            Set<String> set = recorded.set().stream().map(FaultCase.Remark::attribute)
                    .collect(Collectors.toSet());
            for (FaultCase.Remark remark : recorded.state()) {
                if (!set.contains(remark.attribute())) {
                    write(attributes, remark);
                    tally.take(1);
                }
            }
            recorded.set().forEach(remark -> write(attributes, remark));
            compare(attributes, recorded.state().stream()
                    .filter(remark -> set.contains(remark.attribute())).toList());
            FaultAttr attr = attributes.attr();
            attr.setCount(startCount);
            tally.take(recorded.interval() > 1 ? 1 : 0);
            if (recorded.isRandom()) {
                attr.chooseBy(percent -> {
                    choices++;
                    return recordedFailure;
                });
            }
        }

        private void write(FaultAttributes attributes, FaultCase.Remark remark) {
            try {
                attributes.write(remark.attribute(), remark.value());
            } catch (IllegalArgumentException bad) {
                throw new IllegalArgumentException(
                        recorded.lines().place(remark.index()) + ": " + bad.getMessage(), bad);
            }
        }

        private void compare(FaultAttributes attributes, List<FaultCase.Remark> remarks) {
            for (FaultCase.Remark remark : remarks) {
                tally.begin(recorded.lines().place(remark.index()));
                tally.compare(remark.attribute(), remark.value(),
                        attributes.read(remark.attribute()));
                tally.end();
            }
        }

        private void checkStep(FaultStepPlayer player, StepLine step) {
            recordedFailure = step.result().startsWith("NULL");
            String got = player.execute(step);
            tally.begin(recorded.name() + ", line " + step.fileLine() + " (" + step + ")");
            tally.compare("result", FaultStepPlayer.recorded(step), got);
            tally.end();
        }

        private void checkAfter(FaultAttributes attributes) {
            lastCount = attributes.attr().count();
            compare(attributes, recorded.after().stream()
                    .filter(remark -> !NOT_AFTER.contains(remark.attribute())).toList());
        }

        private void checkChance() {
            tally.take(choices);
            long failures = recorded.steps().stream()
                    .filter(step -> step.result().startsWith("NULL")).count();
            double p = recorded.number("probability", 0) / 100.0;
            double deviation = Math.sqrt(choices * p * (1 - p));
            boolean likely = Math.abs(failures - choices * p) <= DEVIATIONS_MAX * deviation;
            tally.begin(recorded.name());
            tally.compare("failures by chance", failures + " of " + choices + " calls",
                    likely ? failures + " of " + choices + " calls"
                            : Math.round(choices * p) + " of " + choices + " calls or nearly so");
            tally.end();
        }

        private void checkPrinted(List<String> got) {
            RecordedLines printed = recorded.printed();
            if (printed == null) {
                return;
            }
            List<ReportMasks.Masked> expected = ReportMasks.apply(
                    printed.lines().stream().map(ReportMasks::withoutStamp).toList());
            List<ReportMasks.Masked> ours = ReportMasks.apply(got);
            for (int i = 0; i < Math.max(expected.size(), ours.size()); i++) {
                ReportMasks.@Nullable Masked line = i < expected.size() ? expected.get(i) : null;
                tally.begin(printed.place(line == null ? printed.lines().size() - 1
                        : line.index()));
                tally.compare("line", line == null ? NO_LINE : line.text(),
                        i < ours.size() ? ours.get(i).text() : NO_LINE);
                tally.mask(line == null ? 0 : line.masked());
                tally.end();
            }
        }
    }
}
