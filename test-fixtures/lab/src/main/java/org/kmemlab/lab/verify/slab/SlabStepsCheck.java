package org.kmemlab.lab.verify.slab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.lab.steps.StepReader;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// Checks a log of objects: of caches and of `kmalloc`. Executes each line and compares the answer:
/// object, constructor calls, all lists, free list chains and counters.
///
/// Every line is an item, except remarks and dumps of the page allocator. A line that differs ends
/// the check of the file, since all later lines follow from it, unless the check is told to keep
/// going.
public final class SlabStepsCheck {

    /// Operations that say nothing about objects.
    private static final Set<String> REMARKS = Set.of("say", "bi", "log");
    /// Lines that are tried on each CPU if the log does not say where it starts.
    private static final int TRIAL_STEPS = 200;

    private static final Pattern FRAME = Pattern.compile("pfn=([0-9a-f]{1,7})\\b");
    private static final int LEAST_MIB = 64;
    private static final int PAGES_PER_MIB_SHIFT = 8;

    private final CheckTally tally;
    private final String file;

    private SlabStepsCheck(String file, int differencesKept) {
        this.file = file;
        this.tally = new CheckTally(file, differencesKept);
    }

    /// Checks one log, plain or gz.
    ///
    /// @param machine the machine that made it; if its memory is not known, it has as much as the
    ///        pages of the log need
    /// @param keepGoing whether to go on after a line that differs
    /// @throws IOException if the log cannot be read
    /// @throws IllegalArgumentException if it has an operation that is not about objects
    public static CheckReport check(OracleMachine machine, Path file, int differencesKept,
            boolean keepGoing) throws IOException {
        OracleMachine recordedOn = machine.nodeMib().isEmpty() ? machine.orMemory(leastMib(file))
                : machine;
        SlabStepsCheck check = new SlabStepsCheck(file.toString(), differencesKept);
        try (StepReader reader = new StepReader(RecordedFile.open(file))) {
            List<StepLine> first = new ArrayList<>();
            StepLine step = reader.next();
            while (step != null && first.size() < TRIAL_STEPS) {
                first.add(step);
                step = reader.next();
            }
            int startCpu = check.startCpu(recordedOn, first);
            try (Machine twin = new Machine(recordedOn.config())) {
                SlabStepPlayer player = new SlabStepPlayer(twin, twin.cpu(startCpu));
                boolean good = check.checkAll(player, first, keepGoing);
                while (step != null && (good || keepGoing)) {
                    good = check.checkStep(player, step);
                    step = reader.next();
                }
                player.allocator().validate();
                check.tally.take(player.taken());
                check.tally.mask(player.masked());
            }
        }
        return check.tally.report();
    }

    /// A power of two of MiB that holds all pages of a log.
    public static int leastMib(Path file) throws IOException {
        int highest = 0;
        try (StepReader reader = new StepReader(RecordedFile.open(file))) {
            for (StepLine step = reader.next(); step != null; step = reader.next()) {
                Matcher frame = FRAME.matcher(step.result());
                while (frame.find()) {
                    highest = Math.max(highest, Integer.parseInt(frame.group(1), 16));
                }
            }
        }
        return Math.max(LEAST_MIB, Integer.highestOneBit(highest >> PAGES_PER_MIB_SHIFT) * 2);
    }

    /// The CPU that the recorder runs on until a `cpu` line moves it. The log does not say; it is
    /// the one on which most of the first lines come out equal, the lowest of several.
    private int startCpu(OracleMachine recordedOn, List<StepLine> first) {
        boolean said = !first.isEmpty() && first.getFirst().op().equals("cpu");
        if (said || recordedOn.cpus() == 1) {
            return 0;
        }
        int best = 0;
        long most = -1;
        for (int cpu = 0; cpu < recordedOn.cpus(); cpu++) {
            SlabStepsCheck trial = new SlabStepsCheck(file, 0);
            try (Machine machine = new Machine(recordedOn.config())) {
                Cpu start = machine.cpu(cpu);
                trial.checkAll(new SlabStepPlayer(machine, start), first, false);
            }
            if (trial.tally.report().equal() > most) {
                most = trial.tally.report().equal();
                best = cpu;
            }
        }
        tally.take(1);
        return best;
    }

    private boolean checkAll(SlabStepPlayer player, List<StepLine> steps, boolean keepGoing) {
        boolean good = true;
        for (int i = 0; i < steps.size() && (good || keepGoing); i++) {
            good = checkStep(player, steps.get(i));
        }
        return good;
    }

    private boolean checkStep(SlabStepPlayer player, StepLine step) {
        if (REMARKS.contains(step.op())) {
            tally.mask(step.dump().size());
            return true;
        }
        SlabStepPlayer.Answer got = player.execute(step);
        tally.begin(file + ", line " + step.fileLine() + " (" + step + ")");
        boolean good = tally.compare("result", step.result(), got.result());
        List<String> recorded = player.comparable(step.dump());
        for (int i = 0; i < Math.max(recorded.size(), got.dump().size()); i++) {
            good &= tally.compare("line " + (i + 1) + " below", line(recorded, i),
                    line(got.dump(), i));
        }
        tally.end();
        return good;
    }

    private static String line(List<String> lines, int index) {
        return index < lines.size() ? lines.get(index) : "(no line)";
    }
}
