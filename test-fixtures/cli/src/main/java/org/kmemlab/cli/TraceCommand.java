package org.kmemlab.cli;

import picocli.CommandLine.Command;

/// What can be done with traces besides replaying them.
@Command(name = "trace", description = "Converts traces, and says what is in them.",
        subcommands = {TraceConvertCommand.class, TraceInfoCommand.class},
        footer = {"  kmemlab trace convert trace.txt.gz trace.kmt",
            "  kmemlab trace info trace.kmt"})
final class TraceCommand extends StandardCommand {

    @Override
    public Integer call() {
        throw usage("say what to do with a trace");
    }
}
