package org.kmemlab.lab.verify.geometry;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.oracle.TsvFile;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlabGeometry;
import org.kmemlab.slab.SlabSettings;
import org.kmemlab.slab.SlubGeometry;

/// Checks a sweep: a table of cache requests, each with the geometry that a kernel gave it.
///
/// Every row is an item, every column but the request's is compared.
public final class SweepCheck {

    private static final List<String> COLUMNS = List.of("req_size", "req_align", "req_flags",
            "req_ctor", "object_size", "size", "inuse", "offset", "align", "red_left_pad", "order",
            "objs", "min_order", "min_objs", "min_partial", "cpu_partial", "cpu_partial_slabs",
            "flags", "allocflags", "refcount");

    private final SlabSettings settings;
    private final int differencesKept;

    /// @param settings of the kernel that the sweep was recorded on
    /// @param differencesKept how many differences to remember for each file
    public SweepCheck(SlabSettings settings, int differencesKept) {
        this.settings = settings;
        this.differencesKept = differencesKept;
    }

    /// Checks one file, plain or gz.
    ///
    /// @throws InputException if it is no such table, or damaged
    public CheckReport check(Path file) throws IOException {
        CheckTally tally = new CheckTally(file.toString(), differencesKept);
        try (TsvFile table = TsvFile.open(file)) {
            table.requireColumns(COLUMNS);
            for (TsvFile.Row row = table.next(); row != null; row = table.next()) {
                tally.begin(row.place());
                compare(row, tally);
                tally.end();
            }
        }
        return tally.report();
    }

    private void compare(TsvFile.Row row, CheckTally tally) throws InputException {
        int size = row.number("req_size");
        int align = row.number("req_align");
        SlabFlags flags = settings.flagWords().flags(row.number("req_flags"));
        boolean ctor = row.number("req_ctor") != 0;
        SlubGeometry got;
        try {
            got = SlabGeometry.of(new SlabGeometry.Request(size, align, flags, ctor), settings)
                    .slub();
        } catch (IllegalArgumentException refused) {
            tally.compare("request", "accepted", "refused: " + refused.getMessage());
            return;
        }
        compareSlot(row, got, tally);
        compareSlab(row, got, tally);
        if (settings.merging()) {
            // A merged request would count as one more user of an older cache.
            tally.mask(1);
        } else {
            tally.compare("refcount", row.number("refcount"), 1);
        }
    }

    private void compareSlot(TsvFile.Row row, SlubGeometry got, CheckTally tally)
            throws InputException {
        tally.compare("object_size", row.number("object_size"), got.objectSize());
        tally.compare("size", row.number("size"), got.size());
        tally.compare("inuse", row.number("inuse"), got.inuse());
        tally.compare("offset", row.number("offset"), got.offset());
        tally.compare("align", row.number("align"), got.align());
        tally.compare("red_left_pad", row.number("red_left_pad"), got.redLeftPad());
        tally.compareHex("flags", row.number("flags"), settings.flagWords().word(got.flags()));
        tally.compareHex("allocflags", row.number("allocflags"), got.allocFlags().bits());
    }

    private static void compareSlab(TsvFile.Row row, SlubGeometry got, CheckTally tally)
            throws InputException {
        tally.compare("order", row.number("order"), got.order());
        tally.compare("objs", row.number("objs"), got.objects());
        tally.compare("min_order", row.number("min_order"), got.minOrder());
        tally.compare("min_objs", row.number("min_objs"), got.minObjects());
        tally.compare("min_partial", row.number("min_partial"), got.minPartial());
        tally.compare("cpu_partial", row.number("cpu_partial"), got.cpuPartial());
        tally.compare("cpu_partial_slabs", row.number("cpu_partial_slabs"),
                got.cpuPartialSlabs());
    }
}
