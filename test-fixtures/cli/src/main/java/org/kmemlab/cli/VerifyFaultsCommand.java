package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.kmemlab.lab.verify.fault.FaultsCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Checks logs made under fault injection.
@Command(name = "faults",
        description = {"Sets the attributes of failslab or fail_page_alloc as a log says, executes"
                + " each of its lines, and compares who failed, the attributes afterwards, and,"
                + " if NAME.dmesg.txt lies beside NAME.txt, what was printed.",
            "Where pages lie is taken from the log. The hidden count behind 'interval' is inferred"
                    + " and printed. Where chance decided, the recorded choices are taken and the"
                    + " number of failures must be likely."},
        footer = {"  kmemlab verify faults fault_injection/*.txt",
            "  kmemlab verify faults --one-boot fs_off.txt fs_p100_i7_t-1.txt"})
final class VerifyFaultsCommand extends StandardCommand {

    @Mixin
    private VerifyOptions options;
    @Parameters(paramLabel = "FILE", arity = "1..*",
            description = "Step logs or lists of attributes, plain or gz; kernel logs among them"
                    + " are passed over, as they are checked with their step log.")
    private List<Path> files;

    @Option(names = "--one-boot",
            description = "The files are cases of one boot, in this order: the count behind"
                    + " 'interval' runs on from one to the next.")
    private boolean oneBoot;

    @Override
    public Integer call() throws IOException {
        FaultsCheck check = new FaultsCheck(options.limit(), oneBoot);
        List<Path> cases = files.stream().filter(file -> !FaultsCheck.isLogOfCase(file)).toList();
        if (cases.isEmpty()) {
            throw usage("only kernel logs are given: give the step logs they belong to");
        }
        return options.checkAll(cases, check::check, out());
    }
}
