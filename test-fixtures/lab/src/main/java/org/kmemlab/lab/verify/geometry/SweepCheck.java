package org.kmemlab.lab.verify.geometry;

import java.io.IOException;
import java.nio.file.Path;

import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.oracle.TsvFile;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlabGeometry;
import org.kmemlab.slab.SlabSettings;

/// Checks a sweep: a table of cache requests, each with the geometry that a kernel gave it.
///
/// Every row is an item, every column but the request's is compared.
public final class SweepCheck {

    private final SlabSettings settings;
    private final SweepColumns columns;
    private final int differencesKept;

    /// @param settings of the kernel that the sweep was recorded on
    /// @param differencesKept how many differences to remember for each file
    public SweepCheck(SlabSettings settings, int differencesKept) {
        this.settings = settings;
        this.columns = new SweepColumns(settings);
        this.differencesKept = differencesKept;
    }

    /// Checks one file, plain or gz.
    ///
    /// @throws InputException if it is no such table, or damaged
    public CheckReport check(Path file) throws IOException {
        CheckTally tally = new CheckTally(file.toString(), differencesKept);
        try (TsvFile table = TsvFile.open(file)) {
            table.requireColumns(columns.names());
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
        SlabGeometry got;
        try {
            got = SlabGeometry.of(new SlabGeometry.Request(size, align, flags, ctor), settings);
        } catch (IllegalArgumentException refused) {
            tally.compare("request", "accepted", "refused: " + refused.getMessage());
            return;
        }
        for (var column : columns.shape().entrySet()) {
            int expected = row.number(column.getKey());
            int value = column.getValue().applyAsInt(got);
            if (SweepColumns.isHex(column.getKey())) {
                tally.compareHex(column.getKey(), expected, value);
            } else {
                tally.compare(column.getKey(), expected, value);
            }
        }
        if (settings.merging()) {
            // A merged request would count as one more user of an older cache.
            tally.mask(1);
        } else if (columns.hasRefcount()) {
            tally.compare(SweepColumns.REFCOUNT, row.number(SweepColumns.REFCOUNT), 1);
        }
    }
}
