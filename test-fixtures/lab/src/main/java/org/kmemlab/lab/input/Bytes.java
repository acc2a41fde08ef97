package org.kmemlab.lab.input;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Searching and reading numbers in bytes, eight at a time where it pays.
///
/// All methods may read up to [#SLACK] bytes past the range they are given.
public final class Bytes {

    /// How many bytes past a range the methods may read; their values do not matter.
    public static final int SLACK = 32;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class,
            ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long BLANKS = ONES * ' ';
    private static final byte[] HEX = hexDigits();

    private Bytes() {
    }

    private static byte[] hexDigits() {
        byte[] table = new byte[256];
        Arrays.fill(table, (byte) -1);
        for (int digit = 0; digit < 16; digit++) {
            table[Character.forDigit(digit, 16)] = (byte) digit;
            table[Character.toUpperCase(Character.forDigit(digit, 16))] = (byte) digit;
        }
        return table;
    }

    /// The eight bytes from `at`, the first one lowest.
    public static long eightAt(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at);
    }

    /// Where `wanted` first stands in `[from, to)`; `to` if nowhere.
    public static int indexOf(byte[] bytes, byte wanted, int from, int to) {
        long pattern = ONES * wanted;
        int at = from;
        while (at < to) {
            long difference = eightAt(bytes, at) ^ pattern;
            // The lowest set bit marks the first byte that is zero after the exclusive or.
            long found = (difference - ONES) & ~difference & HIGH_BITS;
            if (found != 0) {
                return Math.min(to, at + (Long.numberOfTrailingZeros(found) >>> 3));
            }
            at += Long.BYTES;
        }
        return to;
    }

    /// Behind the last `wanted` in `[from, to)`; `from` if there is none.
    public static int endOfLast(byte[] bytes, byte wanted, int from, int to) {
        int at = to;
        while (at > from && bytes[at - 1] != wanted) {
            at--;
        }
        return at;
    }

    /// The value of a hexadecimal digit; -1 for any other byte.
    public static int hexDigit(byte character) {
        return HEX[character & 0xff];
    }

    /// Whether the byte is one of 0 to 9.
    public static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }

    /// The first position in `[from, to)` that holds no blank; `to` if all are.
    public static int skipBlanks(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            long difference = eightAt(bytes, at) ^ BLANKS;
            if (difference != 0) {
                at += Long.numberOfTrailingZeros(difference) >>> 3;
                if (at >= to || bytes[at] != '\t') {
                    return Math.min(at, to);
                }
                at++;
            } else {
                at += Long.BYTES;
            }
        }
        return to;
    }

    /// Behind the last position in `[from, to)` that holds no blank; `from` if all are.
    public static int skipBlanksBack(byte[] bytes, int from, int to) {
        int at = to;
        while (at - Long.BYTES >= from) {
            long difference = eightAt(bytes, at - Long.BYTES) ^ BLANKS;
            if (difference != 0) {
                return at - (Long.numberOfLeadingZeros(difference) >>> 3);
            }
            at -= Long.BYTES;
        }
        while (at > from && bytes[at - 1] == ' ') {
            at--;
        }
        return at;
    }

    /// The value of eight hexadecimal digits from `at`; -1 if one of them is none.
    public static long eightHexDigits(byte[] bytes, int at) {
        int high = HEX[bytes[at] & 0xff] << 4 | HEX[bytes[at + 1] & 0xff];
        int second = HEX[bytes[at + 2] & 0xff] << 4 | HEX[bytes[at + 3] & 0xff];
        int third = HEX[bytes[at + 4] & 0xff] << 4 | HEX[bytes[at + 5] & 0xff];
        int low = HEX[bytes[at + 6] & 0xff] << 4 | HEX[bytes[at + 7] & 0xff];
        if ((high | second | third | low) < 0) {
            return -1;
        }
        return (long) (high << 8 | second) << 16 | third << 8 | low;
    }
}
