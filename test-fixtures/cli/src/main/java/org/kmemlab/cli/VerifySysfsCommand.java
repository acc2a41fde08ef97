package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.kmemlab.lab.verify.geometry.SysfsCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Checks what kernels show of their caches.
@Command(name = "sysfs",
        description = {"Creates the caches of a recorded boot, in their order, and compares every"
                + " attribute of /sys/kernel/slab that follows from the machine and from what"
                + " the creators asked for, and which names share a cache.",
            "A folder holds slab_sysfs.tsv, slab_aliases.tsv and slabinfo.txt, each plain or gz."
                    + " What the creators of shared caches asked for comes from a boot of the same"
                    + " build without sharing, in a folder beside it. The machine comes from the"
                    + " index.tsv in the folder or above it, or from the options, which win."},
        footer = {"  kmemlab verify sysfs geometry/deb61_*"})
final class VerifySysfsCommand extends StandardCommand {

    @Mixin
    private VerifyOptions options;
    @Parameters(paramLabel = "DIR", arity = "1..*", description = "Folders, one for each boot.")
    private List<Path> folders;

    @Override
    public Integer call() throws IOException {
        int kept = options.limit();
        return options.checkAll(folders,
                (machine, folder) -> SysfsCheck.check(machine, folder, kept), out());
    }
}
