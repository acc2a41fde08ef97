package org.kmemlab.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.kmemlab.machine.KernelProfile;
import org.kmemlab.slab.ClassicGeometry;
import org.kmemlab.slab.SlabGeometry;
import org.kmemlab.slab.SlabGeometry.Request;
import org.kmemlab.slab.SlabSettings;

/// What a cache would be if its objects were a little smaller or larger, or its slabs of another
/// order.
final class GeometryNeighbours {

    private static final int PAGE_BYTES = 4096;
    private static final int WORD_BYTES = 8;

    private final Request request;
    private final SlabGeometry geometry;
    private final SlabSettings settings;
    private final List<String> lines = new ArrayList<>();

    private GeometryNeighbours(Request request, SlabGeometry geometry, SlabSettings settings) {
        this.request = request;
        this.geometry = geometry;
        this.settings = settings;
    }

    static List<String> lines(Request request, SlabGeometry geometry, SlabSettings settings) {
        GeometryNeighbours neighbours = new GeometryNeighbours(request, geometry, settings);
        neighbours.addSizes();
        neighbours.addOrders();
        return neighbours.lines;
    }

    private void addSizes() {
        lines.add("neighbours");
        int smallest = request.objectSize();
        while (smallest > least() && isSame(below(smallest))) {
            smallest = below(smallest);
        }
        int next = above(request.objectSize());
        while (isSame(next)) {
            next = above(next);
        }
        if (smallest > least()) {
            addSize(smallest - 1);
        }
        lines.add(String.format("  size %8d  slots of %d bytes, %d objects: the same from %d to %d",
                request.objectSize(), geometry.size(), geometry.objects(), smallest, next - 1));
        addSize(next);
    }

    private void addSize(int size) {
        of(size).ifPresent(other -> lines
                .add(String.format(
                        "  size %8d  slots of %d bytes, %d objects in a slab of order %d",
                        size, other.size(), other.objects(), other.order())));
    }

    /// The smallest object that the request allows.
    private int least() {
        return Math.max(1, request.freeptrOffset() + 1);
    }

    /// The next smaller size that may make a difference: the last byte of a word or the first.
    private int below(int size) {
        int inWord = size % WORD_BYTES;
        int step = inWord == 1 ? 1 : Math.floorMod(inWord - 1, WORD_BYTES);
        return Math.max(least(), size - step);
    }

    private static int above(int size) {
        int inWord = size % WORD_BYTES;
        return inWord == 0 ? size + 1 : size - inWord + WORD_BYTES;
    }

    private boolean isSame(int size) {
        return of(size).map(other -> other.size() == geometry.size()).orElse(false);
    }

    private Optional<SlabGeometry> of(int size) {
        if (size > SlabGeometry.MAX_OBJECT_SIZE) {
            return Optional.empty();
        }
        try {
            return Optional.of(SlabGeometry.of(new Request(request.name(), size, request.align(),
                    request.flags(), request.ctor(), request.freeptrOffset()), settings));
        } catch (IllegalArgumentException tooLarge) {
            return Optional.empty();
        }
    }

    /// Bytes of a slab that each object needs besides its slot.
    private int indexBytes() {
        return geometry instanceof ClassicGeometry classic
                && classic.place() == ClassicGeometry.FreelistPlace.ON_SLAB ? 1 : 0;
    }

    private void addOrders() {
        int order = geometry.order();
        for (int other = Math.max(0, order - 1); other <= order + 1; other++) {
            int slab = PAGE_BYTES << other;
            int objects = slab / (geometry.size() + indexBytes());
            if (other <= KernelProfile.MAX_PAGE_ORDER && objects > 0) {
                int waste = slab - objects * request.objectSize();
                lines.add(String.format(Locale.ROOT,
                        "  order %7d  %d objects, %d of %d bytes wasted, %.2f %%%s", other,
                        objects, waste, slab, 100.0 * waste / slab,
                        other == order ? ": chosen" : ""));
            }
        }
    }
}
