package org.kmemlab.lab.trace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import com.google.errorprone.annotations.Immutable;
import org.apache.commons.lang3.Validate;
import org.kmemlab.lab.input.Bytes;

/// A short text that stands before a value, recognised eight bytes at a time with overlapping reads.
///
/// @param length bytes of the text, 1 to 32
/// @param first its first eight bytes, fewer if it is shorter
/// @param firstMask which bits of them count
/// @param second the eight after them, and so on
/// @param last its last eight bytes
@Immutable
record TraceKey(int length, long first, long firstMask, long second, long third, long last) {

    private static final int LONGEST = 4 * Long.BYTES;

    /// @param text 1 to 32 bytes
    static TraceKey of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        int length = bytes.length;
        Validate.isTrue(length >= 1 && length <= LONGEST, "key of %d bytes: expected 1 to %d",
                length, LONGEST);
        byte[] padded = Arrays.copyOf(bytes, LONGEST);
        return new TraceKey(length, Bytes.eightAt(padded, 0),
                length >= Long.BYTES ? -1L : (1L << (length * Byte.SIZE)) - 1,
                Bytes.eightAt(padded, Long.BYTES), Bytes.eightAt(padded, 2 * Long.BYTES),
                Bytes.eightAt(padded, Math.max(0, length - Long.BYTES)));
    }

    /// Whether the text starts at `at`. Reads up to 32 bytes.
    boolean startsAt(byte[] bytes, int at) {
        if ((Bytes.eightAt(bytes, at) & firstMask) != first) {
            return false;
        }
        return length <= Long.BYTES || (Bytes.eightAt(bytes, at + length - Long.BYTES) == last
                && (length <= 2 * Long.BYTES || isMiddleAt(bytes, at)));
    }

    private boolean isMiddleAt(byte[] bytes, int at) {
        return Bytes.eightAt(bytes, at + Long.BYTES) == second && (length <= 3 * Long.BYTES
                || Bytes.eightAt(bytes, at + 2 * Long.BYTES) == third);
    }

    /// Where the value behind the text starts; -1 if the text does not start at `at`, or `at` is -1
    /// already.
    int after(byte[] bytes, int at) {
        return at >= 0 && startsAt(bytes, at) ? at + length : -1;
    }
}
