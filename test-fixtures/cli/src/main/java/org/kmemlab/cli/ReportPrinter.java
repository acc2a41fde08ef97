package org.kmemlab.cli;

import java.io.PrintWriter;
import java.util.List;

import org.kmemlab.lab.verify.CheckReport;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Prints what checks found.
final class ReportPrinter {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT).build();

    private ReportPrinter() {
    }

    /// Prints reports, one for each file, and their sum.
    ///
    /// @param reports at least one
    /// @return the exit code
    static int print(List<CheckReport> reports, boolean json, PrintWriter out) {
        CheckReport sum = reports.stream().reduce((one, two) -> one.plus(two, "all"))
                .orElseThrow();
        if (json) {
            out.println(JSON.writeValueAsString(toJson(reports, sum)));
        } else {
            for (CheckReport report : reports) {
                out.println(report.subject() + ": " + report.lastLine());
                report.detailLines().forEach(line -> out.println("  " + line));
            }
            out.println(sum.valuesLine());
            out.println(sum.lastLine());
        }
        boolean good = reports.stream().allMatch(CheckReport::isGood);
        return good ? ExitCode.GOOD : ExitCode.FINDING;
    }

    private static ObjectNode toJson(List<CheckReport> reports, CheckReport sum) {
        ObjectNode root = JSON.createObjectNode();
        root.put("items", sum.items());
        root.put("equal", sum.equal());
        root.put("known", sum.knownItems());
        root.put("good", reports.stream().allMatch(CheckReport::isGood));
        ArrayNode files = root.putArray("files");
        reports.forEach(report -> files.add(JSON.valueToTree(report)));
        return root;
    }
}
