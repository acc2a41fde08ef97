package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.state.StateReader;
import org.kmemlab.lab.verify.LineWatch;
import org.kmemlab.lab.verify.page.PageStepsCheck;
import org.kmemlab.lab.verify.page.PageTraceCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Tells how one request of a recording is decided.
@Command(name = "explain",
        description = {"Replays a step log, or the page events of a trace with its state, up to"
                + " one line, and tells how the request of that line is decided: the zones that"
                + " are asked, the arithmetic of their watermarks, the lists that are looked at,"
                + " and what is taken from another type.",
            "LINE is a line of the file that asks for pages, counted from 1, as the verify"
                    + " commands name it. A trace is named by its folder."},
        footer = {"  kmemlab explain steps_pages/exh4_m256_smp1.txt 1200",
            "  kmemlab explain traces/c61_smp1_busy1 17"})
final class ExplainCommand extends StandardCommand {

    @Mixin
    private MachineOptions machineOptions;
    @Parameters(index = "0", paramLabel = "FILE|DIR",
            description = "A step log, or the folder of a trace and its state.")
    private Path recording;

    @Parameters(index = "1", paramLabel = "LINE", converter = WholeNumber.class,
            description = "The line to explain.")
    private long line;

    @Override
    public Integer call() throws IOException {
        LineWatch watch = new LineWatch(WholeNumber.within(line, 1, Integer.MAX_VALUE, "LINE", ""));
        RecordedMachine machine = new RecordedMachine(machineOptions);
        if (Files.isDirectory(recording)) {
            TraceFolder folder = TraceFolder.of(recording);
            List<RecordedState> states = StateReader.readAll(RecordedFile.open(folder.state()));
            PageTraceCheck.check(machine.of(recording), folder.trace(), states, 0, watch);
        } else {
            PageStepsCheck.check(machine.of(recording), recording, 0, true, watch);
        }
        if (!watch.isReached()) {
            throw new InputException(recording.toString(), -1,
                    "has no line " + line + ", or that line asks for no pages");
        }
        watch.lines().forEach(out()::println);
        return ExitCode.GOOD;
    }
}
