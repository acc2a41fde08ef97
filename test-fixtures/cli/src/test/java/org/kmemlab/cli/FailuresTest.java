package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class FailuresTest {

    /// A command that fails as it is told.
    @Command(name = "broken")
    private static final class Broken extends StandardCommand {

        private final Exception failure;

        Broken(Exception failure) {
            this.failure = failure;
        }

        @Override
        public Integer call() throws Exception {
            throw failure;
        }
    }

    private static CliRun fail(Exception failure, String... args) {
        StringWriter err = new StringWriter();
        int exitCode = new CommandLine(new Broken(failure)).setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler(new Failures()).execute(args);
        return new CliRun(exitCode, "", err.toString());
    }

    /// Files that cannot be read would look like mistakes of the program, or the reverse.
    @Test
    void handleExecutionException_anyFailure_oneLineAndItsExitCode() {
        assertThat(fail(new IOException("a.txt: damaged")))
                .isEqualTo(new CliRun(3, "", "kmemlab: a.txt: damaged\n"));
        assertThat(fail(new UncheckedIOException(new NoSuchFileException("b.txt"))))
                .isEqualTo(new CliRun(3, "", "kmemlab: b.txt: no such file\n"));
        assertThat(fail(new AccessDeniedException("c.txt")).err())
                .isEqualTo("kmemlab: c.txt: no permission to read it\n");
        assertThat(fail(new IllegalArgumentException("order 11: expected 0 to 10")))
                .isEqualTo(new CliRun(2, "", """
                        kmemlab: order 11: expected 0 to 10
                        Try 'broken --help' for more.
                        """));
        CliRun internal = fail(new IllegalStateException("list is off by one"));
        assertThat(internal.exitCode()).isEqualTo(ExitCode.INTERNAL);
        assertThat(internal.err()).contains("internal error", "list is off by one")
                .doesNotContain("\tat ");
    }

    /// Developers would have to guess where a failure comes from.
    @Test
    void handleExecutionException_stackTraceAskedFor_showsIt() {
        assertThat(fail(new IllegalStateException("oops"), "--stacktrace").err())
                .contains("\tat org.kmemlab.cli.FailuresTest");
    }
}
