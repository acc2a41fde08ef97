package org.kmemlab.lab.verify.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.lab.verify.RecordedLines;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.Taint;
import org.kmemlab.machine.Task;

/// Checks what a kernel printed about objects that a recorder damaged: the operations run on our
/// caches, and every line that they print is compared, with the addresses of all objects.
///
/// Taken from the recording: the first frame of each new slab, where the page descriptors begin, who
/// ran, and that the recorder's module tainted the kernel before the first report.
final class SlubReportCheck {

    /// Operations that damage objects or look for damage.
    private static final Set<String> DAMAGING = Set.of("wr", "kfd", "kfw", "kv");
    private static final String BANNER = "BUG ";
    private static final Pattern SLAB = Pattern.compile("Slab 0x([0-9a-f]{16})");

    private final String stepsFile;
    private final RecordedLines log;
    private final CheckTally tally;
    private boolean distanceKnown;
    private long descriptorDistance;

    SlubReportCheck(String stepsFile, RecordedLines log, CheckTally tally) {
        this.stepsFile = stepsFile;
        this.log = log;
        this.tally = tally;
    }

    /// Whether a log is one that this check is for.
    static boolean isAboutObjects(List<ReportSections.Section> sections) {
        return sections.stream().flatMap(section -> section.steps().stream())
                .anyMatch(step -> DAMAGING.contains(step.op()));
    }

    /// Executes all operations.
    void run(OracleMachine recordedOn, List<ReportSections.Section> sections) {
        try (Machine machine = new Machine(recordedOn.config())) {
            machine.cpu(0).run(new Task("init", 1));
            if (startsWithForeignModule(sections)) {
                machine.taints().add(Taint.FOREIGN_MODULE);
            }
            tally.take(2);
            SlubReportPlayer player = new SlubReportPlayer(machine);
            for (ReportSections.Section section : sections) {
                machine.log().clear();
                section.steps().forEach(step -> execute(player, step));
                List<String> printed = machine.log().lines();
                ReportCheck.compareLog(tally, log, moved(section, printed), printed);
            }
            tally.take(player.taken());
        }
    }

    /// A section with the page descriptors moved to where ours are: the first one that is printed
    /// tells how far.
    private ReportSections.Section moved(ReportSections.Section section, List<String> printed) {
        List<String> moved = new ArrayList<>();
        for (String line : section.log()) {
            Matcher slab = SLAB.matcher(line);
            if (!slab.lookingAt()) {
                moved.add(line);
                continue;
            }
            long address = Long.parseUnsignedLong(slab.group(1), 16);
            if (!distanceKnown) {
                descriptorDistance = printed.stream().map(SLAB::matcher).filter(Matcher::lookingAt)
                        .mapToLong(own -> Long.parseUnsignedLong(own.group(1), 16) - address)
                        .findFirst().orElse(0);
                distanceKnown = true;
                tally.take(1);
            }
            moved.add("Slab 0x%016x".formatted(address + descriptorDistance)
                    + line.substring(slab.end()));
        }
        return new ReportSections.Section(section.seconds(), section.logIndex(), moved,
                section.before(), section.steps());
    }

    private static boolean startsWithForeignModule(List<ReportSections.Section> sections) {
        return sections.stream().flatMap(section -> section.log().stream())
                .filter(line -> line.startsWith(BANNER)).findFirst()
                .map(line -> StringUtils.substringBetween(line, "(Tainted: ", ")"))
                .filter(taint -> taint.contains("O")).isPresent();
    }

    private void execute(SlubReportPlayer player, StepLine step) {
        tally.begin(stepsFile + ", line " + step.fileLine() + " (" + step + ")");
        tally.compare("result", step.result(), player.execute(step));
        tally.end();
    }
}
