package org.kmemlab.lab.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.apache.commons.csv.CSVFormat;
import org.kmemlab.lab.compare.ComparisonReport.Run;
import org.kmemlab.lab.metric.SummaryMeasure;

/// A comparison as a table: a row for each run, a column for each figure, empty where a competitor
/// does not have it.
public final class ComparisonCsv {

    private ComparisonCsv() {
    }

    /// Writes the table, the names of its columns first.
    public static void write(ComparisonReport report, Appendable to) throws IOException {
        CSVFormat csv = CSVFormat.RFC4180.builder().setRecordSeparator('\n').get();
        List<Object> row = new ArrayList<>(List.of("workload", "policy", "seed", "problem"));
        for (SummaryMeasure measure : SummaryMeasure.values()) {
            row.add(measure.key());
        }
        csv.printRecord(to, row.toArray());
        for (Run run : report.runs()) {
            row.clear();
            row.add(run.workload());
            row.add(run.policy());
            row.add(run.seed());
            String problem = run.result().problem();
            row.add(problem == null ? "" : problem);
            for (SummaryMeasure measure : SummaryMeasure.values()) {
                double value = run.result().summary().get(measure);
                row.add(Double.isNaN(value) ? "" : number(value));
            }
            csv.printRecord(to, row.toArray());
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
