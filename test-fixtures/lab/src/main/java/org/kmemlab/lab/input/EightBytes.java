package org.kmemlab.lab.input;

/// Eight characters of a text as one `long`, the first one lowest: looked at all at once.
///
/// No branches but those of the caller, no loops. Sources: the well-known tricks with "does a word
/// hold a byte less than n" and with pairwise sums of digits (H. S. Warren, Hacker's Delight).
///
/// @see Bytes#eightAt
public final class EightBytes {

    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long BLANKS = ONES * ' ';
    private static final long BLANKS_OR_LESS = ONES * (' ' + 1);
    private static final long ZEROS = ONES * '0';
    private static final long LOW_NIBBLES = ONES * 0x0f;
    private static final long HIGH_NIBBLES = ~LOW_NIBBLES;
    /// What takes a byte above 9 beyond 127.
    private static final long TO_HIGH_BIT = ONES * (128 - 10);
    private static final int AFTER_NINE = 'a' - '0' - 10;

    private EightBytes() {
    }

    /// How many characters stand before the first blank or control character; 8 if there is none.
    public static int wordLength(long eight) {
        return firstMarked((eight - BLANKS_OR_LESS) & ~eight & HIGH_BITS);
    }

    /// How many blanks stand at the start; 8 if all are.
    public static int blanks(long eight) {
        return Long.numberOfTrailingZeros(eight ^ BLANKS) >>> 3;
    }

    /// How many characters stand before the first `wanted` one; 8 if there is none.
    ///
    /// @param wanted below 128
    public static int indexOf(long eight, char wanted) {
        long difference = eight ^ ONES * wanted;
        return firstMarked((difference - ONES) & ~difference & HIGH_BITS);
    }

    /// How many decimal digits stand at the start; 8 if all are.
    public static int decimalDigits(long eight) {
        long digits = eight ^ ZEROS;
        return firstMarked((digits + TO_HIGH_BIT | digits) & HIGH_BITS);
    }

    /// How many decimal digits stand at the end; 8 if all are.
    public static int decimalDigitsAtEnd(long eight) {
        long digits = eight ^ ZEROS;
        long above = (digits & ~HIGH_BITS) + TO_HIGH_BIT | digits;
        return Long.numberOfLeadingZeros(above & HIGH_BITS) >>> 3;
    }

    /// The first `count` characters, zeros behind them.
    ///
    /// @param count 0 to 7
    public static long first(long eight, int count) {
        return eight & (1L << (count * Byte.SIZE)) - 1;
    }

    /// The number that the first `count` characters are in decimal.
    ///
    /// @param count 1 to 8, as many as [#decimalDigits] said at most
    public static int decimal(long eight, int count) {
        long digits = eight << (Long.SIZE - count * Byte.SIZE) & LOW_NIBBLES;
        // Neighbours are joined to numbers below 100, these to numbers below 10,000, and so on.
        long pairs = (digits * (10 << Byte.SIZE | 1)) >>> Byte.SIZE & 0x00ff_00ff_00ff_00ffL;
        long fours = (pairs * (100L << Short.SIZE | 1)) >>> Short.SIZE & 0x0000_ffff_0000_ffffL;
        return (int) ((fours * (10_000L << Integer.SIZE | 1)) >>> Integer.SIZE);
    }

    /// The number that the first `count` characters are in hexadecimal, without capitals; -1 if one
    /// of them is no digit.
    ///
    /// @param count 1 to 8
    public static long hexadecimal(long eight, int count) {
        int missing = Long.SIZE - count * Byte.SIZE;
        // Two shifts, for one by 64 would be none.
        long text = eight << missing | ZEROS >>> 1 >>> (Long.SIZE - 1 - missing);
        long letters = text >>> 6 & ONES;
        long digits = (text & LOW_NIBBLES) + letters * 9;
        long aboveNine = (digits + ONES * 6) >>> 4 & ONES;
        long written = digits + ZEROS + aboveNine * AFTER_NINE;
        if (((written ^ text) | (digits & HIGH_NIBBLES)) != 0) {
            return -1;
        }
        long nibbles = Long.reverseBytes(digits);
        long bytes = (nibbles | nibbles >>> 4) & 0x00ff_00ff_00ff_00ffL;
        long shorts = (bytes | bytes >>> 8) & 0x0000_ffff_0000_ffffL;
        return (shorts | shorts >>> 16) & 0xffff_ffffL;
    }

    private static int firstMarked(long highBits) {
        return Long.numberOfTrailingZeros(highBits) >>> 3;
    }
}
