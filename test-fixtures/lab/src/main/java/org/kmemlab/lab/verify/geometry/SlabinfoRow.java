package org.kmemlab.lab.verify.geometry;

import java.util.ArrayList;
import java.util.List;

import org.apache.commons.lang3.StringUtils;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.verify.RecordedLines;

/// What a line of `/proc/slabinfo` says of a cache that does not change while the kernel runs.
///
/// @param name its first creator's
/// @param size bytes from one object to the next
/// @param objects objects of a slab
/// @param pages pages of a slab
record SlabinfoRow(String name, int size, int objects, int pages) {

    private static final int HEAD = 2;
    /// Words of a line after the name.
    private static final int NUMBERS = 15;
    private static final int SIZE_AT = 2;

    /// The caches of a file in the order of their creation; it lists the newest first.
    ///
    /// @throws InputException if a line is none of a cache
    static List<SlabinfoRow> ofFile(RecordedLines file) throws InputException {
        List<SlabinfoRow> rows = new ArrayList<>();
        for (int i = HEAD; i < file.lines().size(); i++) {
            SlabinfoRow row = of(file.lines().get(i));
            if (row == null) {
                throw file.failure(i, "no line of slabinfo 2.1");
            }
            rows.add(row);
        }
        return rows.reversed();
    }

    /// Reads a line; null if it is none of a cache.
    private static @Nullable SlabinfoRow of(String line) {
        String[] words = StringUtils.split(line);
        int first = words.length - NUMBERS;
        // A cache may have a space in its name.
        if (first < 1 || !words[first + SIZE_AT + 3].equals(":")) {
            return null;
        }
        for (int i = 0; i < 3; i++) {
            String number = words[first + SIZE_AT + i];
            if (!StringUtils.isNumeric(number) || number.length() > 9) {
                return null;
            }
        }
        return new SlabinfoRow(String.join(" ", List.of(words).subList(0, first)),
                Integer.parseInt(words[first + SIZE_AT]),
                Integer.parseInt(words[first + SIZE_AT + 1]),
                Integer.parseInt(words[first + SIZE_AT + 2]));
    }
}
