package org.kmemlab.cli;

import picocli.CommandLine.Command;

/// Questions about memory pools.
@Command(name = "mempool", description = "Answers questions about memory pools.",
        subcommands = MempoolAdviseCommand.class,
        footer = "  kmemlab mempool advise --trace trace.txt.gz")
final class MempoolCommand extends StandardCommand {

    @Override
    public Integer call() {
        throw usage("say what to do with pools");
    }
}
