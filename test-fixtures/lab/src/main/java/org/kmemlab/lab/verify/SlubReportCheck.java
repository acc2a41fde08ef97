package org.kmemlab.lab.verify;

import java.util.List;
import java.util.Set;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.Taint;
import org.kmemlab.machine.Task;

/// Checks what a kernel printed about objects that a recorder damaged: the operations run on our
/// caches, and every line that they print is compared, with the addresses of all objects.
///
/// Taken from the recording: the first frame of each new slab, who ran, and that the recorder's
/// module tainted the kernel before the first report.
final class SlubReportCheck {

    /// Operations that damage objects or look for damage.
    private static final Set<String> DAMAGING = Set.of("wr", "kfd", "kfw", "kv");
    private static final String BANNER = "BUG ";

    private final String stepsFile;
    private final RecordedLines log;
    private final CheckTally tally;

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
                ReportCheck.compareLog(tally, log, section, machine.log().lines());
            }
            tally.take(player.taken());
        }
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
