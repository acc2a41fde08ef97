package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.kmemlab.lab.verify.steps.StepsCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Checks logs of single operations.
@Command(name = "steps",
        description = {"Starts from the state that a step log begins with, executes each of its"
                + " lines, and compares the answer, or the whole dump, with what the kernel"
                + " printed.",
            "Reads logs of pages, of SLUB caches, of kmalloc and of memory pools. The machine"
                    + " comes from the index.tsv in the file's folder or above it, or from the"
                    + " options, which win; where its memory lies a log of pages itself says.",
            "A line that differs for no known cause ends the check of its file, as all later"
                    + " lines follow from it; --keep-going goes on."},
        footer = {"  kmemlab verify steps steps_pages/*.txt.gz steps_slub/*.txt.gz",
            "  kmemlab verify steps --keep-going --limit 50 --kernel c61 --cpus 1 mine.txt"})
final class VerifyStepsCommand extends StandardCommand {

    @Mixin
    private VerifyOptions options;
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Step logs, plain or gz.")
    private List<Path> files;

    @Option(names = "--keep-going", description = "Go on after a line that differs.")
    private boolean keepGoing;

    @Override
    public Integer call() throws IOException {
        int kept = options.limit();
        return options.checkAll(files,
                (machine, file) -> StepsCheck.check(machine, file, kept, keepGoing), out());
    }
}
