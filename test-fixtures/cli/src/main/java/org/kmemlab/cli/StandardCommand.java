package org.kmemlab.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/// What every command has: help, version, the list of exit codes, and where to print.
@Command(mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false,
        usageHelpAutoWidth = true, descriptionHeading = "%n", parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n", commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n", exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:good", "1:finding: the command worked and found something wrong",
            "2:usage: the command line makes no sense",
            "3:input unreadable: a file is missing, damaged, or of another kind",
            "4:internal error: a mistake of kmemlab"})
abstract class StandardCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = Failures.STACK_TRACE, hidden = true,
            description = "For developers: shows where a failure comes from.")
    private boolean stackTrace;

    /// Whether a failure shows where it comes from.
    boolean wantsStackTrace() {
        return stackTrace;
    }

    /// Where results go.
    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /// Where everything else goes.
    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /// The words that the user typed after `kmemlab`.
    List<String> commandWords() {
        ParseResult parsed = spec.commandLine().getParseResult();
        while (parsed.commandSpec().parent() != null) {
            parsed = parsed.commandSpec().parent().commandLine().getParseResult();
        }
        return parsed.originalArgs();
    }

    /// A mistake in the command line, to be thrown.
    ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
