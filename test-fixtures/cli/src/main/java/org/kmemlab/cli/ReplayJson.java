package org.kmemlab.cli;

import org.kmemlab.buddy.ZoneState;
import org.kmemlab.lab.replay.ReplayBucket;
import org.kmemlab.lab.replay.ReplayResult;
import org.kmemlab.lab.trace.TraceEventKind;
import org.kmemlab.slab.CacheSnapshot;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The report of a replay for programs.
final class ReplayJson {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT).build();

    private ReplayJson() {
    }

    static String text(ReplayOutcome outcome) {
        ReplayResult result = outcome.result();
        ObjectNode root = JSON.createObjectNode();
        root.put("trace", outcome.trace());
        root.put("machine", outcome.machineLine());
        root.put("seconds", outcome.seconds());
        root.put("eventsPerSecond", outcome.eventsPerSecond());
        root.set("lines", JSON.valueToTree(result.lines()));
        root.set("events", events(result.events()));
        root.set("objects", JSON.valueToTree(result.objects()));
        root.set("pages", JSON.valueToTree(result.pages()));
        root.set("caches", JSON.valueToTree(result.caches()));
        root.put("hashedPointers", result.hashedPointers());
        ArrayNode slabinfo = root.putArray("slabinfo");
        outcome.caches().forEach(cache -> slabinfo.add(slabinfo(cache)));
        ArrayNode buddyinfo = root.putArray("buddyinfo");
        outcome.zones().forEach(zone -> buddyinfo.add(buddyinfo(zone)));
        return JSON.writeValueAsString(root);
    }

    private static ObjectNode events(ReplayResult.EventTable table) {
        ObjectNode events = JSON.createObjectNode();
        for (TraceEventKind kind : TraceEventKind.values()) {
            ObjectNode row = events.putObject(kind.eventName());
            for (ReplayBucket bucket : ReplayBucket.values()) {
                row.put(bucket.label(), table.count(kind, bucket));
            }
        }
        return events;
    }

    private static ObjectNode slabinfo(CacheSnapshot cache) {
        return JSON.createObjectNode().put("name", cache.name())
                .put("activeObjects", cache.activeObjects())
                .put("totalObjects", cache.totalObjects())
                .put("objectSize", cache.geometry().size())
                .put("objectsPerSlab", cache.geometry().objects())
                .put("pagesPerSlab", 1 << cache.geometry().order()).put("slabs", cache.slabs());
    }

    private static ObjectNode buddyinfo(ZoneState zone) {
        ObjectNode row = JSON.createObjectNode().put("node", zone.span().node()).put("zone",
                zone.span().type().label());
        ArrayNode free = row.putArray("freeBlocks");
        for (int blocks : zone.nrFree()) {
            free.add(blocks);
        }
        return row;
    }
}
