package org.kmemlab.lab.verify.page;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.state.StateReader;
import org.kmemlab.lab.steps.DumpText;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.lab.steps.StepReader;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.lab.verify.KnownCauses;
import org.kmemlab.lab.verify.LineWatch;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// Checks a page log: starts from the state it begins with, executes each line, and compares the
/// answer, or the whole dump, with what the kernel printed.
///
/// Every line is an item. A line that differs for no known cause ends the check of the file, since
/// all later lines follow from it, unless the check is told to keep going.
public final class PageStepsCheck {

    private static final Set<String> DUMPS = Set.of("pb", "bi", "fl", "pcp");
    /// The dumps that together say where every free page is.
    private static final Set<String> STATE = Set.of("bi", "fl", "pcp");
    private static final int PARSE_CHUNK_BYTES = 1 << 16;
    /// Lines that are tried on each CPU if the log does not say where it starts.
    private static final int TRIAL_STEPS = 200;

    private final OracleMachine recordedOn;
    private final CheckTally tally;
    private final LineWatch watch;
    private final String file;
    /// The last recorded dump of each kind since the last other operation.
    private final Map<String, StepLine> dumps = new LinkedHashMap<>();
    private Disturbance disturbance = Disturbance.NONE;

    private PageStepsCheck(OracleMachine recordedOn, String file, int differencesKept,
            LineWatch watch) {
        this.recordedOn = recordedOn;
        this.file = file;
        this.tally = new CheckTally(file, differencesKept);
        this.watch = watch;
    }

    /// Checks one log, plain or gz.
    ///
    /// @param recordedOn the machine that made it; where its memory lies the log itself says
    /// @param keepGoing whether to go on after a line that differs
    /// @throws IOException if the log cannot be read or does not start with a state
    public static CheckReport check(OracleMachine recordedOn, Path file, int differencesKept,
            boolean keepGoing) throws IOException {
        return check(recordedOn, file, differencesKept, keepGoing, new LineWatch(0));
    }

    /// [#check] that writes down how one line is decided.
    public static CheckReport check(OracleMachine recordedOn, Path file, int differencesKept,
            boolean keepGoing, LineWatch watch) throws IOException {
        String name = file.toString();
        PageStepsCheck check = new PageStepsCheck(recordedOn, name, differencesKept,
                watch);
        try (StepReader reader = new StepReader(RecordedFile.open(file))) {
            StringBuilder dump = new StringBuilder();
            List<StepLine> first = new ArrayList<>();
            StepLine step = reader.next();
            while (step != null && (DUMPS.contains(step.op()) || step.op().equals("cpu"))) {
                if (step.op().equals("cpu")) {
                    first.add(step);
                } else {
                    dump.append(step.recorded());
                }
                step = reader.next();
            }
            RecordedState start = check.parse(dump.toString());
            while (step != null && first.size() < TRIAL_STEPS) {
                first.add(step);
                step = reader.next();
            }
            try (Machine machine = check.machine(start)) {
                Cpu cpu = check.startCpu(machine, start, first);
                PageStepPlayer player = new PageStepPlayer(machine, start.zones(), cpu);
                boolean good = true;
                for (int i = 0; i < first.size() && (good || keepGoing); i++) {
                    good = check.checkStep(player, first.get(i));
                }
                while (step != null && (good || keepGoing)) {
                    good = check.checkStep(player, step);
                    step = reader.next();
                }
            }
        }
        return check.tally.report();
    }

    private Machine machine(RecordedState start) {
        return new Machine(recordedOn.configOf(start.spans(), start.cpus()));
    }

    /// The CPU that the recorder runs on until a `cpu` line moves it. The log does not say; it is the
    /// one on which most of the first lines come out equal, the lowest of several.
    private Cpu startCpu(Machine machine, RecordedState start, List<StepLine> first)
            throws IOException {
        Cpu best = machine.cpu(0);
        long most = -1;
        boolean said = !first.isEmpty() && first.getFirst().op().equals("cpu");
        if (said || machine.cpus().size() == 1) {
            return best;
        }
        for (Cpu cpu : machine.cpus()) {
            PageStepsCheck trial = new PageStepsCheck(recordedOn, file, 0, new LineWatch(0));
            PageStepPlayer player = new PageStepPlayer(machine, start.zones(), cpu);
            boolean good = true;
            for (int i = 0; i < first.size() && good; i++) {
                good = trial.checkStep(player, first.get(i));
            }
            if (trial.tally.report().equal() > most) {
                most = trial.tally.report().equal();
                best = cpu;
            }
        }
        tally.take(1);
        return best;
    }

    private RecordedState parse(String text) throws IOException {
        return StateReader.readFirst(RecordedFile.of(file, text.getBytes(StandardCharsets.UTF_8),
                PARSE_CHUNK_BYTES));
    }

    /// Checks one line.
    ///
    /// @return whether the next line can be expected to follow
    private boolean checkStep(PageStepPlayer player, StepLine step) throws IOException {
        tally.begin(file + ", line " + step.fileLine() + " (" + step + ")");
        boolean good = DUMPS.contains(step.op()) ? checkDump(player, step)
                : checkResult(player, step);
        tally.show(() -> DumpText.lines("bi", player.pages().snapshot()));
        tally.end();
        return good;
    }

    private boolean checkResult(PageStepPlayer player, StepLine step) {
        dumps.clear();
        boolean watched = watch.begin(step.fileLine(), player.pages());
        PageStepPlayer.Answer got = player.execute(step);
        if (watched) {
            watch.end(player.pages(), step.toString(), step.result(), got.text());
        }
        if (got.isRefusal() && !step.result().startsWith(got.result())) {
            // The request fits once the background reclaimer, which prints nothing, has lowered the
            // marks again: the recorder slept and it got the CPU.
            player.letKswapdRun();
            got = player.execute(step);
            tally.take(1);
        }
        if (!disturbance.hasBegun()) {
            disturbance = Disturbance.between(step, got);
        }
        boolean equal = tally.compare("result", step.result(), disturbance.applyTo(got).text());
        if (disturbance.isBeginning(step)) {
            tally.compare("pages that nobody uses", 0, disturbance.hiddenPages());
        }
        if (disturbance.hasBegun()) {
            tally.explain(KnownCauses.HIDDEN_RECLAIM);
            return true;
        }
        return equal;
    }

    private boolean checkDump(PageStepPlayer player, StepLine step) throws IOException {
        dumps.put(step.op(), step);
        List<String> got = DumpText.lines(step.op(), player.pages().snapshot());
        List<String> expected = step.dump();
        boolean good = true;
        for (int i = 0; i < Math.max(expected.size(), got.size()); i++) {
            String recorded = i < expected.size() ? expected.get(i) : "(no line)";
            String ours = i < got.size() ? withUnknownBlocks(recorded, got.get(i)) : "(no line)";
            good &= tally.compare(step.op() + " line " + (i + 1), recorded, ours);
        }
        if (disturbance.hasBegun()) {
            tally.explain(KnownCauses.HIDDEN_RECLAIM);
            good = true;
        } else if (!good && isShuffled(step, expected, got)) {
            tally.explain(KnownCauses.SHUFFLE);
            good = true;
            adopt(player, Set.of("fl"));
        }
        if (disturbance.hasBegun() && dumps.keySet().containsAll(STATE)) {
            adopt(player, STATE);
            disturbance = Disturbance.NONE;
        }
        return good;
    }

    /// Pageblocks without memory are printed as `x`; our own types for them mean nothing.
    private static String withUnknownBlocks(String recorded, String ours) {
        if (!recorded.startsWith("pb ") || recorded.length() != ours.length()) {
            return ours;
        }
        StringBuilder text = new StringBuilder(ours);
        for (int i = recorded.indexOf("types="); i < recorded.length(); i++) {
            if (recorded.charAt(i) == 'x') {
                text.setCharAt(i, 'x');
            }
        }
        return text.toString();
    }

    /// Whether only the order of blocks on lists of the largest order differs, on a kernel that
    /// places them at random.
    private boolean isShuffled(StepLine step, List<String> expected, List<String> got) {
        if (!recordedOn.profile().shufflesPages() || !step.op().equals("fl")
                || expected.size() != got.size()) {
            return false;
        }
        for (int i = 0; i < got.size(); i++) {
            String recorded = expected.get(i);
            boolean sameSet = recorded.contains(" order=10 ")
                    && sorted(recorded).equals(sorted(got.get(i)));
            if (!recorded.equals(got.get(i)) && !sameSet) {
                return false;
            }
        }
        return true;
    }

    private static List<String> sorted(String line) {
        return List.of(StringUtils.split(line)).stream().sorted().toList();
    }

    /// Replaces parts of our state by the recorded dumps.
    private void adopt(PageStepPlayer player, Set<String> ops) throws IOException {
        List<ZoneState> ours = player.pages().snapshot();
        StringBuilder text = new StringBuilder();
        for (String op : List.of("pb", "bi", "fl", "pcp")) {
            StepLine recorded = dumps.get(op);
            text.append(ops.contains(op) && recorded != null ? recorded.recorded()
                    : new StepLine(0, 0, op, List.of(), "", DumpText.lines(op, ours)).recorded());
        }
        player.reload(parse(text.toString()).zones());
        tally.take(ops.size());
    }
}
