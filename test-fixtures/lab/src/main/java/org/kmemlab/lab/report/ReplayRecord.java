package org.kmemlab.lab.report;

import org.kmemlab.lab.metric.machine.MachineHistory;
import org.kmemlab.lab.replay.ReplayBucket;
import org.kmemlab.lab.replay.ReplayResult;
import org.kmemlab.lab.trace.TraceEventKind;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A replay as a page shows it.
///
/// @param trace the trace's name
/// @param machine the machine in one line
/// @param seed what its random choices came from
/// @param result what became of the events
/// @param history what the machine looked like on the way
public record ReplayRecord(String trace, String machine, long seed, ReplayResult result,
        MachineHistory history) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    ObjectNode toJson() {
        ObjectNode root = JSON.createObjectNode();
        root.put("trace", trace).put("machine", machine).put("seed", seed);
        root.put("events", result.events().total());
        root.put("lostEvents", result.lines().lostEvents());
        root.put("unparsable", result.lines().unparsable());
        root.set("outcome", outcome());
        root.set("objects", JSON.valueToTree(result.objects()));
        root.put("fragmentationPercent", result.objects().fragmentationPercent());
        ObjectNode pages = JSON.valueToTree(result.pages());
        pages.remove("requests");
        root.set("pages", pages);
        root.setAll(HistoryJson.of(history));
        return root;
    }

    /// What became of the events: a row for each kind that there is, a column for each bucket.
    private ObjectNode outcome() {
        ObjectNode table = JSON.createObjectNode();
        ArrayNode buckets = table.putArray("buckets");
        for (ReplayBucket bucket : ReplayBucket.values()) {
            buckets.add(bucket.label());
        }
        ArrayNode rows = table.putArray("rows");
        for (TraceEventKind kind : TraceEventKind.values()) {
            if (result.events().count(kind) > 0) {
                ObjectNode row = rows.addObject().put("kind", kind.eventName());
                ArrayNode counts = row.putArray("counts");
                for (ReplayBucket bucket : ReplayBucket.values()) {
                    counts.add(result.events().count(kind, bucket));
                }
            }
        }
        return table;
    }
}
