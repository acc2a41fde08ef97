package org.kmemlab.lab.verify.geometry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;

import org.kmemlab.slab.ClassicGeometry;
import org.kmemlab.slab.EngineKind;
import org.kmemlab.slab.SlabGeometry;
import org.kmemlab.slab.SlabSettings;
import org.kmemlab.slab.SlubGeometry;

/// The columns of a sweep that tell a cache's shape, by the engine of its kernel: what each should
/// say.
final class SweepColumns {

    /// How many creators share the cache.
    static final String REFCOUNT = "refcount";

    private static final List<String> REQUEST = List.of("req_size", "req_align", "req_flags",
            "req_ctor");
    private static final Set<String> HEX = Set.of("flags", "allocflags");

    private final Map<String, ToIntFunction<SlabGeometry>> shape = new LinkedHashMap<>();
    private final SlabSettings settings;

    SweepColumns(SlabSettings settings) {
        this.settings = settings;
        shape.put("object_size", SlabGeometry::objectSize);
        shape.put("size", SlabGeometry::size);
        switch (settings.engine()) {
            case SLUB -> addSlub();
            case SLAB -> addClassic();
            case SLOB -> addSlob();
        }
    }

    private void addSlob() {
        shape.put("align", SlabGeometry::align);
        shape.put("flags", geometry -> settings.flagWords().word(geometry.flags()));
    }

    private void addSlub() {
        slub("inuse", SlubGeometry::inuse);
        slub("offset", SlubGeometry::offset);
        shape.put("align", SlabGeometry::align);
        shape.put("red_left_pad", SlabGeometry::redLeftPad);
        shape.put("order", SlabGeometry::order);
        shape.put("objs", SlabGeometry::objects);
        slub("min_order", SlubGeometry::minOrder);
        slub("min_objs", SlubGeometry::minObjects);
        slub("min_partial", SlubGeometry::minPartial);
        slub("cpu_partial", SlubGeometry::cpuPartial);
        slub("cpu_partial_slabs", SlubGeometry::cpuPartialSlabs);
        addFlags();
    }

    private void addClassic() {
        shape.put("align", SlabGeometry::align);
        shape.put("num", SlabGeometry::objects);
        shape.put("gfporder", SlabGeometry::order);
        classic("colour", ClassicGeometry::colours);
        classic("colour_off", ClassicGeometry::colourOff);
        classic("freelist_size", ClassicGeometry::freelistSize);
        addFlags();
        classic("limit", geometry -> geometry.limits().limit());
        classic("batchcount", geometry -> geometry.limits().batchCount());
        classic("shared", geometry -> geometry.limits().shared());
    }

    private void addFlags() {
        shape.put("flags", geometry -> settings.flagWords().word(geometry.flags()));
        shape.put("allocflags", geometry -> geometry.allocFlags().bits());
    }

    private void slub(String column, ToIntFunction<SlubGeometry> value) {
        shape.put(column, geometry -> value.applyAsInt(geometry.slub()));
    }

    private void classic(String column, ToIntFunction<ClassicGeometry> value) {
        shape.put(column, geometry -> value.applyAsInt(geometry.classic()));
    }

    /// All columns, in the order of the tables.
    List<String> names() {
        List<String> names = new ArrayList<>(REQUEST);
        names.addAll(shape.keySet());
        if (hasRefcount()) {
            names.add(REFCOUNT);
        }
        return names;
    }

    /// Whether the tables tell how many creators share the cache; with SLOB none ever do.
    boolean hasRefcount() {
        return settings.engine() != EngineKind.SLOB;
    }

    /// The columns that tell the shape, and what they say of one.
    Map<String, ToIntFunction<SlabGeometry>> shape() {
        return shape;
    }

    /// Whether a column is shown in hexadecimal.
    static boolean isHex(String column) {
        return HEX.contains(column);
    }
}
