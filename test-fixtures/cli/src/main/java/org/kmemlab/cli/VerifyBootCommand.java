package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.kmemlab.lab.verify.boot.BootCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Checks what a kernel computes of its zones at boot.
@Command(name = "boot",
        description = {"Computes watermarks, reserves and the sizes of the CPUs' lists from the"
                + " present and managed pages of each zone, and compares them with the zoneinfo"
                + " and pagetypeinfo that the kernel printed after boot.",
            "A folder holds zoneinfo.txt and, if recorded, pagetypeinfo.txt and dmesg_mm.txt."
                    + " The machine comes from the index.tsv in the folder or above it, or from"
                    + " the options, which win."},
        footer = {"  kmemlab verify boot geometry/*"})
final class VerifyBootCommand extends StandardCommand {

    @Mixin
    private VerifyOptions options;
    @Parameters(paramLabel = "DIR", arity = "1..*",
            description = "Folders with what a kernel printed after boot.")
    private List<Path> folders;

    @Override
    public Integer call() throws IOException {
        int kept = options.limit();
        return options.checkAll(folders,
                (machine, folder) -> BootCheck.check(machine, folder, kept), out());
    }
}
