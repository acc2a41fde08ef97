package org.kmemlab.lab.report;

import java.util.LinkedHashMap;
import java.util.Map;

import org.kmemlab.buddy.MigrateType;
import org.kmemlab.lab.metric.machine.FreeBlocks;
import org.kmemlab.lab.metric.machine.MachineHistory;
import org.kmemlab.lab.metric.machine.MachineMeasure;
import org.kmemlab.lab.metric.machine.Moment;
import org.kmemlab.lab.metric.machine.PageMap;
import org.kmemlab.lab.metric.machine.PageMap.User;
import org.kmemlab.lab.metric.machine.SlabMap;
import org.kmemlab.slab.CacheSnapshot.ListedSlab;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a machine looked like, as JSON that is small enough for a page.
///
/// ```text
///   measures:     [{name, title, unit}]
///   series:       {event: [..], columns: {measure: [..]}}
///   migrateTypes: [name], kinds: [{name, label}]
///   freeBlocks:   [{node, zone, managedPages, rows: [[blocks by order and type]]}]
///   users:        [{kind, cache}]
///   moments:      [{event, pageblockPages, pageblockTypes, runs: [pages, user, pages, user, ..],
///                   caches: [{name, bytes, pages, objects, unplaced,
///                             slabs: [[pfn, objects, free index ..]]}]}]
/// ```
final class HistoryJson {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Map<User, Integer> users = new LinkedHashMap<>();

    private HistoryJson() {
    }

    static ObjectNode of(MachineHistory history) {
        HistoryJson json = new HistoryJson();
        ObjectNode root = JSON.createObjectNode();
        ArrayNode measures = root.putArray("measures");
        for (MachineMeasure measure : MachineMeasure.values()) {
            measures.addObject().put("name", measure.key()).put("title", measure.title())
                    .put("unit", measure.unit());
        }
        ObjectNode series = root.putObject("series");
        series.set("event", JSON.valueToTree(history.series().events()));
        ObjectNode columns = series.putObject("columns");
        for (MachineMeasure measure : MachineMeasure.values()) {
            columns.set(measure.key(), JSON.valueToTree(history.series().column(measure)));
        }
        addNames(root);
        ArrayNode zones = root.putArray("freeBlocks");
        history.freeBlocks().forEach(zone -> addZone(zones.addObject(), zone));
        ArrayNode moments = root.putArray("moments");
        history.moments().forEach(moment -> json.addMoment(moments.addObject(), moment));
        ArrayNode names = root.putArray("users");
        json.users.keySet().forEach(user -> names.addObject().put("kind", user.kind().name())
                .put("cache", user.cache()));
        return root;
    }

    private static void addNames(ObjectNode root) {
        ArrayNode types = root.putArray("migrateTypes");
        for (MigrateType type : MigrateType.values()) {
            types.add(type.label());
        }
        ArrayNode kinds = root.putArray("kinds");
        for (PageMap.Kind kind : PageMap.Kind.values()) {
            kinds.addObject().put("name", kind.name()).put("label", kind.label());
        }
    }

    private static void addZone(ObjectNode to, FreeBlocks zone) {
        to.put("node", zone.node()).put("zone", zone.zone())
                .put("managedPages", zone.managedPages())
                .set("rows", JSON.valueToTree(zone.rows()));
    }

    private void addMoment(ObjectNode to, Moment moment) {
        PageMap pages = moment.pages();
        to.put("event", moment.event()).put("pageblockPages", pages.pageblockPages())
                .set("pageblockTypes", JSON.valueToTree(pages.pageblockTypes()));
        ArrayNode runs = to.putArray("runs");
        for (PageMap.Run run : pages.runs()) {
            runs.add(run.pages()).add(number(run.user()));
        }
        ArrayNode caches = to.putArray("caches");
        for (SlabMap cache : moment.caches()) {
            ArrayNode slabs = caches.addObject().put("name", cache.cache())
                    .put("bytes", cache.objectBytes()).put("pages", cache.pages())
                    .put("objects", cache.objectsOfSlab()).put("unplaced", cache.unplaced())
                    .putArray("slabs");
            for (ListedSlab slab : cache.slabs()) {
                ArrayNode row = slabs.addArray().add(slab.pfn()).add(slab.objects());
                slab.free().forEach(row::add);
            }
        }
    }

    private int number(User user) {
        return users.computeIfAbsent(user, _ -> users.size());
    }
}
