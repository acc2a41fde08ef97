package org.kmemlab.lab.trace;

import java.util.Arrays;

import org.kmemlab.lab.input.InputException;

/// The rows that a binary trace has defined: shapes and contexts of events.
final class BinaryRows {

    private static final int MAX_CPU = 1 << 16;
    private static final TraceEventKind[] KINDS = TraceEventKind.values();

    private final int width;
    private long[] words;
    private int count;

    BinaryRows(int width) {
        this.width = width;
        this.words = new long[width << 8];
    }

    /// Reads a block of rows.
    ///
    /// @return the first one
    int read(BlockReader block) throws InputException {
        int first = block.number(BinaryFormat.MAX_ROWS);
        if (first != 0 && first != count) {
            throw block.wrong("rows from " + first + " follow " + count);
        }
        count = first;
        while (block.hasMore()) {
            if (count == BinaryFormat.MAX_ROWS) {
                throw block.wrong("more than " + BinaryFormat.MAX_ROWS + " rows");
            }
            int at = count * width;
            if (at == words.length) {
                words = Arrays.copyOf(words, 2 * at);
            }
            for (int column = 0; column < width; column++) {
                words[at + column] = block.word();
            }
            count++;
        }
        return first;
    }

    int count() {
        return count;
    }

    long word(int row, int column) {
        return words[row * width + column];
    }

    /// Checks the newest rows as shapes.
    void requireShapes(BlockReader block, int from, int callSites, int names)
            throws InputException {
        for (int row = from; row < count; row++) {
            int kind = (int) word(row, 0) & 0xff;
            int site = BinaryFormat.low(word(row, 1));
            int name = BinaryFormat.high(word(row, 1));
            if (kind >= KINDS.length || site < 0 || site > callSites || name < 0 || name > names
                    || word(row, 2) < 0 || word(row, 3) < 0) {
                throw block.wrong("shape " + row + " has kind " + kind + ", call site " + site
                        + ", cache " + name + ", " + word(row, 2) + " of " + word(row, 3)
                        + " bytes");
            }
            int order = BinaryFormat.low(word(row, 5));
            if (order < 0 || order > EventFields.MAX_ORDER) {
                throw block.wrong("shape " + row + " has order " + order);
            }
        }
    }

    /// Checks the newest rows as contexts.
    void requireContexts(BlockReader block, int from, int tasks) throws InputException {
        for (int row = from; row < count; row++) {
            int cpu = BinaryFormat.low(word(row, 0));
            long task = word(row, 2);
            if (cpu < 0 || cpu >= MAX_CPU || task < 0 || task > tasks) {
                throw block.wrong("context " + row + " has cpu " + cpu + ", task " + task);
            }
        }
    }
}
