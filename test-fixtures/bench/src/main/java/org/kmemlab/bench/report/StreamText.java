package org.kmemlab.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.kmemlab.bench.suite.StreamFigure;

/// What requests of made-up workloads cost, as lines.
public final class StreamText {

    private StreamText() {
    }

    /// A table for each workload.
    public static List<String> lines(List<StreamFigure> figures) {
        List<String> lines = new ArrayList<>();
        String workload = "";
        for (StreamFigure figure : figures) {
            if (!figure.workload().equals(workload)) {
                workload = figure.workload();
                lines.add(workload + ": CPU time of a request, median of forks (fastest to"
                        + " slowest), and garbage");
            }
            lines.add(String.format(Locale.ROOT, "  %-20s %8.1f ns  (%.1f to %.1f) %8.2f B",
                    figure.policy(), figure.cpuNanos(), figure.cpuNanosLow(),
                    figure.cpuNanosHigh(), figure.garbageBytes()));
        }
        return lines;
    }
}
