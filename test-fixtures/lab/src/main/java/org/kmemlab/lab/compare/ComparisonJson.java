package org.kmemlab.lab.compare;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import java.util.Arrays;
import java.util.function.IntFunction;

import org.kmemlab.lab.compare.ComparisonReport.Cell;
import org.kmemlab.lab.compare.ComparisonReport.Run;
import org.kmemlab.lab.compare.ComparisonReport.Workload;
import org.kmemlab.lab.metric.Measure;
import org.kmemlab.lab.metric.RunSummary;
import org.kmemlab.lab.metric.Series;
import org.kmemlab.lab.metric.SummaryMeasure;
import org.kmemlab.lab.stream.StreamSurvey;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A comparison as JSON, with the measures over time. It holds no times, so equal plans give equal
/// files, unless processes of C allocators take part. What a competitor does not have is null.
///
/// ```text
///   { format, version, command, seeds,
///     measures:  [{name, title, unit}],
///     workloads: [{name, description, recorded, events, ...}],
///     policies:  [{name, group, description, source}],
///     runs:      [{workload, policy, seed, problem, summary: {measure: number},
///                  series: {event: [..], columns: {measure: [..]},
///                           byOrder: {unusablePermille: [[..] by order], ..}}}],
///     summaries: [{workload, policy, runs, problems,
///                  measures: {measure: {mean, interval95, min, max}}}] }
/// ```
public final class ComparisonJson {

    /// What `format` says.
    public static final String FORMAT = "kmemlab-compare";
    /// What `version` says.
    public static final int VERSION = 1;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private ComparisonJson() {
    }

    /// The text, one line.
    ///
    /// @param command the command line that made it
    public static String text(ComparisonReport report, String command) {
        ObjectNode root = JSON.createObjectNode();
        root.put("format", FORMAT);
        root.put("version", VERSION);
        root.put("command", command);
        report.plan().allSeeds().forEach(root.putArray("seeds")::add);
        putMeasures(root.putArray("measures"));
        report.workloads().forEach(each -> put(root.withArray("workloads").addObject(), each));
        report.plan().competitors()
                .forEach(each -> put(root.withArray("policies").addObject(), each));
        report.runs().forEach(each -> put(root.withArray("runs").addObject(), each));
        report.cells().forEach(each -> put(root.withArray("summaries").addObject(), each));
        return JSON.writeValueAsString(root);
    }

    private static void putMeasures(ArrayNode to) {
        for (Measure measure : Measure.values()) {
            to.addObject().put("name", measure.key()).put("title", measure.title())
                    .put("unit", measure.unit());
        }
        for (SummaryMeasure measure : SummaryMeasure.values()) {
            to.addObject().put("name", measure.key()).put("title", measure.title())
                    .put("unit", measure.unit());
        }
    }

    private static void put(ObjectNode to, Workload workload) {
        StreamSurvey survey = workload.survey();
        to.put("name", workload.name()).put("description", workload.description())
                .put("recorded", workload.recorded()).put("events", survey.events())
                .put("allocations", survey.allocations()).put("frees", survey.frees())
                .put("crossCpuFrees", survey.crossCpuFrees()).put("cpus", workload.cpus())
                .put("memoryBytes", (long) workload.mebibytes() << 20)
                .put("requestedBytes", survey.requestedBytes())
                .put("peakRequestedBytes", survey.peakRequestedBytes())
                .put("peakBlocks", survey.peakBlocks());
    }

    private static void put(ObjectNode to, Competitor competitor) {
        to.put("name", competitor.name()).put("group", competitor.group())
                .put("description", competitor.description()).put("source", competitor.source());
    }

    private static void put(ObjectNode to, Run run) {
        to.put("workload", run.workload()).put("policy", run.policy()).put("seed", run.seed())
                .put("problem", run.result().problem());
        put(to.putObject("summary"), run.result().summary());
        put(to.putObject("series"), run.result().series());
    }

    private static void put(ObjectNode to, RunSummary summary) {
        for (SummaryMeasure measure : SummaryMeasure.values()) {
            putNumber(to, measure.key(), summary.get(measure));
        }
    }

    private static void putNumber(ObjectNode to, String key, double value) {
        if (Double.isNaN(value)) {
            to.putNull(key);
        } else {
            to.put(key, value);
        }
    }

    private static void put(ObjectNode to, Series series) {
        Arrays.stream(series.events()).forEach(to.putArray("event")::add);
        ObjectNode columns = to.putObject("columns");
        for (Measure measure : Measure.values()) {
            if (series.lacks(measure)) {
                columns.putNull(measure.key());
            } else {
                addAll(columns.putArray(measure.key()), series.values(measure));
            }
        }
        if (series.hasOrders()) {
            ObjectNode byOrder = to.putObject("byOrder");
            putOrders(byOrder.putArray("unusablePermille"), series::unusablePermille);
            putOrders(byOrder.putArray("fragmentationPermille"), series::fragmentationPermille);
        } else {
            to.putNull("byOrder");
        }
    }

    private static void addAll(ArrayNode to, long[] values) {
        for (long value : values) {
            if (value == Measure.ABSENT) {
                to.addNull();
            } else {
                to.add(value);
            }
        }
    }

    private static void putOrders(ArrayNode to, IntFunction<int[]> ofOrder) {
        for (int order = 0; order <= MAX_PAGE_ORDER; order++) {
            Arrays.stream(ofOrder.apply(order)).forEach(to.addArray()::add);
        }
    }

    private static void put(ObjectNode to, Cell cell) {
        to.put("workload", cell.workload()).put("policy", cell.policy()).put("runs", cell.runs())
                .put("problems", cell.problems().size());
        ObjectNode measures = to.putObject("measures");
        for (SummaryMeasure measure : SummaryMeasure.values()) {
            Spread spread = cell.get(measure);
            if (spread == null) {
                measures.putNull(measure.key());
            } else {
                ObjectNode node = measures.putObject(measure.key()).put("mean", spread.mean());
                putNumber(node, "interval95", spread.interval95());
                node.put("min", spread.min()).put("max", spread.max());
            }
        }
    }
}
