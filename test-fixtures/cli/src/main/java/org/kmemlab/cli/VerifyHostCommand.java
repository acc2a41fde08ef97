package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.kmemlab.lab.verify.geometry.HostCheck;
import org.kmemlab.lab.verify.geometry.HostKernel;
import org.kmemlab.machine.ConfigOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Checks what this computer's kernel shows of its caches.
@Command(name = "host",
        description = {"Compares every attribute in this computer's /sys/kernel/slab that follows"
                + " from the machine and from what each cache's creator asked for, which names"
                + " share a cache, and the columns of /proc/slabinfo that do not change. Only"
                + " reads.",
            "Kernel, CPUs, boot parameters and build options are found out from /proc, /sys and"
                    + " /boot; a kernel that is neither 6.1 nor 6.18 is compared with the nearer"
                    + " of the two. Most of these files may be read by root alone."},
        footer = {"  sudo kmemlab verify host", "  kmemlab verify host --root copy --json"})
final class VerifyHostCommand extends StandardCommand {

    @Option(names = "--root", paramLabel = "DIR", defaultValue = "/",
            description = "Where proc, sys and boot are found, for copies of another computer's"
                    + " files (default ${DEFAULT-VALUE}).")
    private Path root;

    @Mixin
    private ResultOptions options;

    @Override
    public Integer call() throws IOException {
        HostCheck check = HostCheck.check(root, options.limit());
        HostKernel kernel = check.kernel();
        if (options.json()) {
            return ReportPrinter.printJson(List.of(check.report()),
                    Map.of("host", Facts.of(kernel)), out());
        }
        out().println(kernel.summary());
        kernel.notes().forEach(note -> out().println("note: " + note));
        return options.print(List.of(check.report()), out());
    }

    /// What programs are told of the computer.
    private record Facts(String release, String profile, int cpus, int possibleCpus,
            int onlineCpus, int nodes, String boot, List<ConfigOption> options,
            String configSource, List<String> notes) {

        static Facts of(HostKernel kernel) {
            return new Facts(kernel.release(), kernel.profile().name(), kernel.cpus(),
                    kernel.possibleCpus(), kernel.onlineCpus(), kernel.nodes(),
                    kernel.profile().boot().commandLine(),
                    kernel.profile().options().stream().sorted().toList(), kernel.configSource(),
                    kernel.notes());
        }
    }
}
