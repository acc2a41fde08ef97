package org.kmemlab.lab.proc;

import java.util.ArrayList;
import java.util.List;

import org.apache.commons.lang3.StringUtils;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.InputException;

/// What a line of `/proc/slabinfo` says of a cache.
///
/// @param name its first creator's
/// @param activeObjects objects in use, those that wait on a CPU included
/// @param totalObjects objects of all its slabs
/// @param size bytes from one object to the next
/// @param objects objects of a slab
/// @param pages pages of a slab
/// @param activeSlabs slabs in use
/// @param slabs all slabs
public record SlabinfoRow(String name, long activeObjects, long totalObjects, int size, int objects,
        int pages, long activeSlabs, long slabs) {

    private static final int HEAD = 2;
    /// Words of a line after the name.
    private static final int NUMBERS = 15;
    /// Where the words stand, counted from the first one after the name.
    private static final int SIZE_AT = 2;
    private static final int TUNABLES_AT = 5;
    private static final int ACTIVE_SLABS_AT = 12;
    private static final int MOST_DIGITS = 18;
    private static final int MOST_DIGITS_OF_INT = 9;

    /// The caches of a file in its order, which is the newest first.
    ///
    /// @param source what messages call the file
    /// @param lines the whole file
    /// @throws InputException if a line is none of a cache
    public static List<SlabinfoRow> ofLines(String source, List<String> lines)
            throws InputException {
        List<SlabinfoRow> rows = new ArrayList<>();
        for (int i = HEAD; i < lines.size(); i++) {
            SlabinfoRow row = of(lines.get(i));
            if (row == null) {
                throw new InputException(source + ", line " + (i + 1), -1,
                        "no line of slabinfo 2.1");
            }
            rows.add(row);
        }
        return rows;
    }

    /// Reads a line; null if it is none of a cache.
    private static @Nullable SlabinfoRow of(String line) {
        String[] words = StringUtils.split(line);
        int first = words.length - NUMBERS;
        // A cache may have a space in its name.
        if (first < 1 || !words[first + TUNABLES_AT].equals(":")) {
            return null;
        }
        for (int at : new int[] {0, 1, SIZE_AT, SIZE_AT + 1, SIZE_AT + 2, ACTIVE_SLABS_AT,
            ACTIVE_SLABS_AT + 1}) {
            String number = words[first + at];
            boolean small = at >= SIZE_AT && at <= SIZE_AT + 2;
            if (!StringUtils.isNumeric(number)
                    || number.length() > (small ? MOST_DIGITS_OF_INT : MOST_DIGITS)) {
                return null;
            }
        }
        return new SlabinfoRow(String.join(" ", List.of(words).subList(0, first)),
                Long.parseLong(words[first]), Long.parseLong(words[first + 1]),
                Integer.parseInt(words[first + SIZE_AT]),
                Integer.parseInt(words[first + SIZE_AT + 1]),
                Integer.parseInt(words[first + SIZE_AT + 2]),
                Long.parseLong(words[first + ACTIVE_SLABS_AT]),
                Long.parseLong(words[first + ACTIVE_SLABS_AT + 1]));
    }
}
