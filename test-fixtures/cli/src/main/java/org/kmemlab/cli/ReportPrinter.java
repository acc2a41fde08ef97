package org.kmemlab.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

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
        if (json) {
            return printJson(reports, Map.of(), out);
        }
        for (CheckReport report : reports) {
            out.println(report.subject() + ": " + report.lastLine());
            report.detailLines().forEach(line -> out.println("  " + line));
        }
        CheckReport sum = sum(reports);
        out.println(sum.valuesLine());
        out.println(sum.lastLine());
        return exitCode(reports);
    }

    /// Prints reports, one for each file, and their sum as one JSON object.
    ///
    /// @param more further members of the object
    /// @return the exit code
    static int printJson(List<CheckReport> reports, Map<String, ?> more, PrintWriter out) {
        ObjectNode root = toJson(reports, sum(reports));
        more.forEach((name, value) -> root.set(name, JSON.valueToTree(value)));
        out.println(JSON.writeValueAsString(root));
        return exitCode(reports);
    }

    private static CheckReport sum(List<CheckReport> reports) {
        return reports.stream().reduce((one, two) -> one.plus(two, "all")).orElseThrow();
    }

    private static int exitCode(List<CheckReport> reports) {
        return reports.stream().allMatch(CheckReport::isGood) ? ExitCode.GOOD : ExitCode.FINDING;
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
