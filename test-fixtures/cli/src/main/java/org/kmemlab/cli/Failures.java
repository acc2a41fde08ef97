package org.kmemlab.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Turns what went wrong into one message and an exit code.
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {

    /// The option that shows where a failure comes from.
    static final String STACK_TRACE = "--stacktrace";

    @Override
    public int handleParseException(ParameterException failure, String[] args) {
        CommandLine command = failure.getCommandLine();
        say(command, failure.getMessage());
        UnmatchedArgumentException.printSuggestions(failure, command.getErr());
        return usage(command);
    }

    private static int usage(CommandLine command) {
        command.getErr().println(
                "Try '" + command.getCommandSpec().qualifiedName() + " --help' for more.");
        return ExitCode.USAGE;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command,
            ParseResult parsed) {
        if (command.getCommand() instanceof StandardCommand standard
                && standard.wantsStackTrace()) {
            failure.printStackTrace(command.getErr());
        }
        return switch (failure) {
            case IOException unreadable -> unreadable(command, unreadable);
            case UncheckedIOException unreadable -> unreadable(command,
                    Objects.requireNonNull(unreadable.getCause()));
            case IllegalArgumentException usage -> {
                say(command, usage.getMessage());
                yield usage(command);
            }
            default -> {
                say(command, "internal error: " + failure + "; " + STACK_TRACE
                        + " shows where it comes from");
                yield ExitCode.INTERNAL;
            }
        };
    }

    private static int unreadable(CommandLine command, IOException failure) {
        say(command, switch (failure) {
            case NoSuchFileException missing -> missing.getFile() + ": no such file";
            case AccessDeniedException denied -> denied.getFile() + ": no permission to read it";
            default -> failure.getMessage();
        });
        return ExitCode.UNREADABLE;
    }

    private static void say(CommandLine command, @Nullable String message) {
        command.getErr().println("kmemlab: " + message);
    }
}
