package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.kmemlab.machine.ZoneType;

/// The zones that serve a node's requests, in the order in which they are asked: the node's own from
/// the highest down, then those of the other nodes, the next node first.
final class ZoneList {

    /// By the ordinal of the highest zone that a request may use.
    private final Zone[][] upTo = new Zone[ZoneType.values().length][];
    private final boolean[] avoidsMixing = new boolean[upTo.length];

    private ZoneList(List<Zone> zones, int nodes) {
        for (ZoneType highest : ZoneType.values()) {
            Zone[] allowed = zones.stream()
                    .filter(zone -> zone.span.type().compareTo(highest) <= 0)
                    .toArray(Zone[]::new);
            upTo[highest.ordinal()] = allowed;
            avoidsMixing[highest.ordinal()] = avoidsMixing(allowed, nodes);
        }
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

    /// If requests may use `Normal` memory and the node has some below it, they would rather use that
    /// than mix pageblocks. On a machine with one node whatever lies below is its own, so it always
    /// tries.
    private static boolean avoidsMixing(Zone[] zones, int nodes) {
        if (zones.length == 0 || zones[0].span.type() != ZoneType.NORMAL) {
            return false;
        }
        boolean lower = false;
        for (Zone zone : zones) {
            lower |= zone.span.node() == zones[0].span.node()
                    && zone.span.type() == ZoneType.DMA32;
        }
        return nodes == 1 || lower;
    }

    /// The zones that a request may use, the preferred one first. Not to be changed.
    Zone[] upTo(ZoneType highest) {
        return upTo[highest.ordinal()];
    }

    /// Whether requests up to a zone take only whole pageblocks from other types at first.
    boolean avoidsMixing(ZoneType highest) {
        return avoidsMixing[highest.ordinal()];
    }

    boolean includesNode(int node) {
        for (Zone zone : upTo(ZoneType.MOVABLE)) {
            if (zone.span.node() == node) {
                return true;
            }
        }
        return false;
    }
}
