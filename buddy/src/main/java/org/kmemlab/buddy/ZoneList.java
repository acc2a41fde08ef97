package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.kmemlab.machine.ZoneType;

/// The zones that serve a node's requests, in the order in which they are asked: the node's own from
/// the highest down, then those of the other nodes, the next node first.
final class ZoneList {

    private final Zone[] zones;
    private final int nodes;

    private ZoneList(List<Zone> zones, int nodes) {
        this.zones = zones.toArray(Zone[]::new);
        this.nodes = nodes;
    }

    /// The list for requests that may leave the node.
    static ZoneList withFallback(List<Zone> all, int node, int nodes) {
        List<Zone> ordered = new ArrayList<>();
        for (int step = 0; step < nodes; step++) {
            ordered.addAll(ofNode(all, (node + step) % nodes));
        }
        return new ZoneList(ordered, nodes);
    }

    /// The list for requests that may not (`__GFP_THISNODE`).
    static ZoneList withoutFallback(List<Zone> all, int node, int nodes) {
        return new ZoneList(ofNode(all, node), nodes);
    }

    private static List<Zone> ofNode(List<Zone> all, int node) {
        return all.stream()
                .filter(zone -> zone.span.node() == node && zone.span.managedPages() > 0)
                .sorted(Comparator.comparing((Zone zone) -> zone.span.type()).reversed()).toList();
    }

    boolean includesNode(int node) {
        for (Zone zone : zones) {
            if (zone.span.node() == node) {
                return true;
            }
        }
        return false;
    }

    int size() {
        return zones.length;
    }

    Zone get(int index) {
        return zones[index];
    }

    /// Whether requests up to a zone would rather use lower memory than mix pageblocks: if they may
    /// use `Normal` memory and the node has some below it. On a machine with one node whatever lies
    /// below is its own, so it always tries.
    boolean avoidsMixing(ZoneType highest) {
        int first = preferred(highest);
        if (first == zones.length || zones[first].span.type() != ZoneType.NORMAL) {
            return false;
        }
        int node = zones[first].span.node();
        for (int index = first + 1; nodes > 1 && index < zones.length; index++) {
            if (zones[index].span.node() == node
                    && zones[index].span.type() == ZoneType.DMA32) {
                return true;
            }
        }
        return nodes == 1;
    }

    /// Index of the first zone that a request may use; [#size()] if there is none.
    int preferred(ZoneType highest) {
        int index = 0;
        while (index < zones.length && zones[index].span.type().compareTo(highest) > 0) {
            index++;
        }
        return index;
    }
}
