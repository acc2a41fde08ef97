package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.state.StateReader;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.page.PageTraceCheck;
import org.kmemlab.lab.verify.slab.SlabTraceCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Checks recorded traces: page events and, under SLUB, objects.
@Command(name = "trace",
        description = {"Starts from the state recorded right before a trace, replays its events on"
                + " their CPUs, and compares every page frame, every block that leaves or enters"
                + " a zone, every steal, and the state at the end.",
            "If the state has SLUB caches, also the address of every object, the pages that slabs"
                    + " ask for and give back, and the end state of every cache.",
            "A folder holds trace.txt and state.txt, each plain or gz. The machine comes from"
                    + " the index.tsv in the folder or above it, or from the options, which win;"
                    + " where its memory lies the state says."},
        footer = {"  kmemlab verify trace traces/c61_smp1_busy1"})
final class VerifyTraceCommand extends StandardCommand {

    @Mixin
    private VerifyOptions options;
    @Parameters(paramLabel = "DIR", arity = "1..*",
            description = "Folders with a trace and its state.")
    private List<Path> folders;

    @Option(names = "--pages", description = "Check the page events only.")
    private boolean pagesOnly;

    @Override
    public Integer call() throws IOException {
        int kept = options.limit();
        return options.checkAll(folders, (machine, folder) -> check(machine, folder, kept), out());
    }

    private CheckReport check(OracleMachine machine, Path folder, int kept) throws IOException {
        TraceFolder files = TraceFolder.of(folder);
        List<RecordedState> states = StateReader.readAll(RecordedFile.open(files.state()));
        if (states.isEmpty()) {
            throw new InputException(files.state().toString(), -1,
                    "no state: expected a line 'pb' and dumps after it");
        }
        boolean objects = !pagesOnly && !states.getFirst().caches().isEmpty();
        return objects ? SlabTraceCheck.check(machine, files.trace(), states, kept)
                : PageTraceCheck.check(machine, files.trace(), states, kept);
    }
}
