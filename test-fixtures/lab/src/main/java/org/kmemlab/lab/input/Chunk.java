package org.kmemlab.lab.input;

import java.io.IOException;
import java.io.InputStream;

import org.jspecify.annotations.Nullable;

/// A run of bytes of the trace, in a buffer that is used again and again.
///
/// ```text
///   | HEADROOM: the start of a line that the last chunk ended in | data ... | SLACK |
/// ```
///
/// Owned by one thread at a time: the reading one, then the parsing one.
final class Chunk {

    /// The longest line that is looked at, in bytes.
    static final int HEADROOM = LineReader.MAX_LINE_BYTES;

    private final byte[] bytes;
    private int end = HEADROOM;
    private @Nullable IOException failure;

    Chunk(int dataBytes) {
        bytes = new byte[HEADROOM + dataBytes + Bytes.SLACK];
    }

    /// Reads until this chunk is full, the data ends or reading fails; what was read before a
    /// failure stays good.
    void fill(InputStream in) {
        int limit = bytes.length - Bytes.SLACK;
        end = HEADROOM;
        failure = null;
        try {
            while (end < limit) {
                int count = in.read(bytes, end, limit - end);
                if (count < 0) {
                    break;
                }
                end += count;
            }
        } catch (IOException cause) {
            failure = cause;
        }
    }

    byte[] bytes() {
        return bytes;
    }

    /// Where the data ends; it starts at [#HEADROOM].
    int end() {
        return end;
    }

    boolean isEmpty() {
        return end == HEADROOM;
    }

    /// What ended the data early; null if nothing did.
    @Nullable
    IOException failure() {
        return failure;
    }
}
