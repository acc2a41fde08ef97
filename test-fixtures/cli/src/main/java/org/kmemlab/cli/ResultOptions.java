package org.kmemlab.cli;

import java.io.PrintWriter;
import java.util.List;

import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.CheckTally;
import picocli.CommandLine.Option;

/// How to print what a comparison found.
final class ResultOptions {

    @Option(names = "--limit", paramLabel = "N", converter = WholeNumber.class,
            defaultValue = "" + CheckTally.DIFFERENCES_KEPT,
            description = "Show at most N differences of a file (default ${DEFAULT-VALUE}).")
    private long limit;

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    /// How many differences to keep of a file.
    int limit() {
        return WholeNumber.within(limit, 0, 1_000_000, "--limit", "");
    }

    /// Whether programs read it.
    boolean json() {
        return json;
    }

    /// Prints reports and their sum.
    ///
    /// @return the exit code
    int print(List<CheckReport> reports, PrintWriter out) {
        return ReportPrinter.print(reports, json, out);
    }
}
