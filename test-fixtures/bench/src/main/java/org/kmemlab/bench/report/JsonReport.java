package org.kmemlab.bench.report;

import java.util.Locale;

import org.kmemlab.bench.suite.BenchReport;
import org.kmemlab.bench.suite.Figure;
import org.kmemlab.bench.suite.Footprint;
import org.kmemlab.bench.suite.Targets;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A run for programs. What was not measured is null.
public final class JsonReport {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT).build();

    private JsonReport() {
    }

    /// One JSON object.
    public static String text(BenchReport report) {
        ObjectNode root = JSON.createObjectNode();
        root.set("environment", JSON.valueToTree(report.environment()));
        ArrayNode figures = root.putArray("figures");
        report.measured().figures().forEach(figure -> figures.add(figure(report, figure)));
        ArrayNode memory = root.putArray("memory");
        report.footprints().forEach(footprint -> memory.add(footprint(footprint)));
        ArrayNode targets = root.putArray("targets");
        Targets.judge(report).forEach(target -> targets.add(target(target)));
        root.set("skipped", JSON.valueToTree(report.measured().skipped()));
        return JSON.writeValueAsString(root);
    }

    private static ObjectNode figure(BenchReport report, Figure figure) {
        ObjectNode node = JSON.createObjectNode().put("job", figure.job().id())
                .put("pattern", figure.job().pattern().id())
                .put("column", figure.job().column().label())
                .put("contender", figure.job().contender().id())
                .put("label", figure.job().contender().label())
                .put("camp", figure.job().contender().camp().name().toLowerCase(Locale.ROOT))
                .put("bytes", figure.job().bytes()).put("threads", figure.job().threads());
        put(node, "cpuNanos", figure.cpuNanos());
        put(node, "cpuNanosLow", figure.cpuNanosLow());
        put(node, "cpuNanosHigh", figure.cpuNanosHigh());
        put(node, "wallNanos", figure.wallNanos());
        put(node, "garbageBytes", figure.garbageBytes());
        put(node, "toOurs", report.ratio(figure).orElse(Double.NaN));
        put(node, "harnessCpuNanos",
                report.harness(figure.job()).map(Figure::cpuNanos).orElse(Double.NaN));
        return node.put("forks", figure.forks());
    }

    private static ObjectNode footprint(Footprint footprint) {
        ObjectNode node = JSON.createObjectNode()
                .put("contender", footprint.contender().id())
                .put("label", footprint.contender().label()).put("bytes", footprint.bytes());
        put(node, "heapBytes", footprint.heapBytes());
        put(node, "nativeBytes", footprint.nativeBytes());
        put(node, "overheadBytes", footprint.overheadBytes());
        return node;
    }

    private static ObjectNode target(Targets.Row target) {
        ObjectNode node = JSON.createObjectNode().put("figure", target.figure())
                .put("unit", target.kind().unit());
        put(node, "ours", target.ours());
        put(node, "other", target.other());
        put(node, "value", target.value());
        put(node, "must", target.must());
        put(node, "aim", target.aim());
        return node.put("verdict", target.verdict().label());
    }

    private static void put(ObjectNode node, String name, double value) {
        if (Double.isNaN(value)) {
            node.putNull(name);
        } else {
            node.put(name, value);
        }
    }
}
