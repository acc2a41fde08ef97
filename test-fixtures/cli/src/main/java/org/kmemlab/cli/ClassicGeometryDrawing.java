package org.kmemlab.cli;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.cli.GeometryDrawing.Part;
import org.kmemlab.slab.ArrayLimits;
import org.kmemlab.slab.ClassicGeometry;
import org.kmemlab.slab.ClassicGeometry.FreelistPlace;
import org.kmemlab.slab.SlabFlags;

/// What a cache of the classic allocator SLAB has that others have not: a stack of indices in place
/// of free pointers, and colours.
final class ClassicGeometryDrawing {

    private static final int WORD_BYTES = 8;
    private static final int COLOURS_SHOWN = 4;

    private ClassicGeometryDrawing() {
    }

    static List<Part> parts(ClassicGeometry geometry) {
        List<Part> parts = new ArrayList<>();
        boolean guarded = geometry.flags().has(SlabFlags.RED_ZONE);
        boolean tracked = geometry.flags().has(SlabFlags.STORE_USER);
        GeometryDrawing.add(parts, 'R', geometry.objectOffset(), "red zone");
        GeometryDrawing.add(parts, 'O', geometry.objectSize(), "object");
        int behind = (guarded ? WORD_BYTES : 0) + (tracked ? WORD_BYTES : 0);
        int used = geometry.objectOffset() + geometry.objectSize() + behind;
        GeometryDrawing.add(parts, '.', geometry.size() - used, "rounding");
        GeometryDrawing.add(parts, 'r', guarded ? WORD_BYTES : 0, "red zone");
        GeometryDrawing.add(parts, 'A', tracked ? WORD_BYTES : 0, "who used it last");
        return parts;
    }

    /// What of a slab lies behind its objects.
    static List<String> tail(ClassicGeometry geometry, int slabBytes) {
        List<String> rows = new ArrayList<>();
        int end = geometry.objects() * geometry.size();
        if (geometry.leftOver() > 0) {
            rows.add(GeometryDrawing.slabRow(end,
                    GeometryDrawing.bytes(geometry.leftOver()) + " left over"));
        }
        if (geometry.place() == FreelistPlace.ON_SLAB) {
            rows.add(GeometryDrawing.slabRow(slabBytes - geometry.freelistSize(),
                    "indices of the free objects, one byte each: "
                            + GeometryDrawing.bytes(geometry.freelistSize())));
        }
        return rows;
    }

    /// Where the indices are, and how slabs differ.
    static List<String> remarks(ClassicGeometry geometry) {
        List<String> lines = new ArrayList<>();
        String indices = GeometryDrawing.bytes(geometry.freelistSize());
        switch (geometry.place()) {
            case IN_OBJECT -> lines.add("The indices of the free objects (" + indices
                    + ") lie in one of them, the last to be handed out.");
            case OFF_SLAB -> lines.add("The indices of the free objects (" + indices
                    + ") lie outside, in memory of kmalloc for each slab.");
            case ON_SLAB -> lines.add("The indices of the free objects lie at the end.");
        }
        int colours = geometry.colours();
        if (colours > 1) {
            StringBuilder places = new StringBuilder();
            for (int colour = 1; colour <= Math.min(colours - 1, COLOURS_SHOWN); colour++) {
                places.append(colour * geometry.colourOff()).append(", ");
            }
            places.append(colours - 1 > COLOURS_SHOWN
                    ? "... " + (colours - 1) * geometry.colourOff() + ", "
                    : "");
            lines.add(
                    "The left over bytes make " + colours + " colours: in one slab after the other"
                            + " object 0 begins at " + places + "0, and again.");
        } else {
            lines.add("Too little is left over for colours: object 0 always begins at 0.");
        }
        return lines;
    }

    static List<String> limits(ClassicGeometry geometry) {
        ArrayLimits limits = geometry.limits();
        return List.of(
                GeometryDrawing.limit("limit", limits.limit(),
                        "free objects that a CPU keeps in its array"),
                GeometryDrawing.limit("batchcount", limits.batchCount(),
                        "objects that go to the array or come from it at once"),
                GeometryDrawing.limit("shared", limits.shared(), limits.shared() == 0
                        ? "CPUs share no array"
                        : "batches of the array that the CPUs of a node share"),
                GeometryDrawing.limit("colour_off", geometry.colourOff(),
                        "bytes from one colour to the next"));
    }
}
