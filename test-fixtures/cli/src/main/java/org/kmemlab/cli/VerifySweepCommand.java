package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.kmemlab.lab.verify.geometry.SweepCheck;
import org.kmemlab.slab.SlabSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Checks tables of cache geometries.
@Command(name = "sweep",
        description = {"Computes the geometry of every cache request in a table and compares it"
                + " with what the kernel made of it.",
            "The machine comes from the index.tsv in the file's folder or above it, or from"
                    + " the options, which win; without either the file cannot be checked."},
        footer = {"  kmemlab verify sweep sweep/*.tsv",
            "  kmemlab verify sweep --kernel deb61 --cpus 4 --boot slab_nomerge mine.tsv"})
final class VerifySweepCommand extends StandardCommand {

    @Mixin
    private VerifyOptions options;
    @Parameters(paramLabel = "FILE", arity = "1..*",
            description = "Tab-separated tables, plain or gz.")
    private List<Path> files;

    @Override
    public Integer call() throws IOException {
        int kept = options.limit();
        return options.checkAll(files, (machine, file) -> new SweepCheck(SlabSettings
                .of(machine.profile(), machine.cpus(), machine.maxCpus()), kept).check(file),
                out());
    }
}
