package org.kmemlab.cli;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.slab.ClassicGeometry;
import org.kmemlab.slab.ClassicGeometry.FreelistPlace;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlabGeometry;
import org.kmemlab.slab.SlabGeometry.Request;
import org.kmemlab.slab.SlabSettings;

/// Why a slab of the classic allocator SLAB keeps the indices of its free objects where it does.
final class ClassicGeometryReasons {

    private ClassicGeometryReasons() {
    }

    static List<String> lines(Request request, ClassicGeometry geometry, SlabSettings settings) {
        List<String> lines = new ArrayList<>();
        if (geometry.place() != FreelistPlace.IN_OBJECT) {
            lines.add("The indices cannot lie in a free object: " + notInObject(request, geometry)
                    + ".");
        }
        if (geometry.place() == FreelistPlace.ON_SLAB) {
            lines.add("Outside they do not pay: " + notOffSlab(request) + ".");
        }
        SlabFlags dropped = request.flags().and(SlabFlags.DEBUG).without(geometry.flags());
        if (dropped.bits() != 0) {
            lines.add("This kernel drops " + dropped + (settings.countsEvents()
                    ? ": the alignment or the size forbids it."
                    : ": it was built without DEBUG_SLAB."));
        }
        if (request.ctor()) {
            lines.add("  Without the constructor: " + other(request, request.flags(), settings));
        }
        if (request.flags().has(SlabFlags.TYPESAFE_BY_RCU)) {
            lines.add("  Without " + SlabFlags.TYPESAFE_BY_RCU + ": " + other(request,
                    request.flags().without(SlabFlags.TYPESAFE_BY_RCU), settings));
        }
        return lines;
    }

    private static String notInObject(Request request, ClassicGeometry geometry) {
        if (request.ctor()) {
            return "a constructed object keeps its state while it is free";
        }
        if (request.flags().has(SlabFlags.TYPESAFE_BY_RCU)) {
            return "readers may still look at an object that was freed";
        }
        return geometry.objects() > geometry.objectSize()
                ? "a slab would have more of them than an object has bytes"
                : "freed objects are wiped";
    }

    private static String notOffSlab(Request request) {
        return request.flags().has(SlabFlags.NOLEAKTRACE)
                ? "the leak detector's own caches must not need others"
                : "the memory for them would be more than half an object, or as much as lies idle"
                        + " in the slab anyway";
    }

    private static String other(Request request, SlabFlags flags, SlabSettings settings) {
        ClassicGeometry then = SlabGeometry.of(new Request(request.name(), request.objectSize(),
                request.align(), flags, false), settings).classic();
        String where = switch (then.place()) {
            case IN_OBJECT -> "in a free object";
            case OFF_SLAB -> "outside";
            case ON_SLAB -> "at the end of the slab";
        };
        return "the indices would lie " + where + ", " + then.objects()
                + " objects in a slab of order " + then.order() + ".";
    }
}
