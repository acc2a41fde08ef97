package org.kmemlab.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

import picocli.CommandLine.Help.Ansi;

/// What one run of the command printed, and how it ended.
record CliRun(int exitCode, String out, String err) {

    /// Runs the command in this JVM.
    static CliRun of(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), Ansi.OFF,
                args);
        return new CliRun(exitCode, out.toString(), err.toString());
    }

    List<String> outLines() {
        return out.lines().toList();
    }
}
