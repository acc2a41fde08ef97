package org.kmemlab.slab.proc;

import java.math.BigInteger;

/// Numbers as the kernel reads them from files (`kstrtoul`, `kstrtouint`): an optional `+`, decimal
/// digits, an optional newline, nothing else.
final class KernelNumber {

    /// No such number.
    static final int EINVAL = -22;
    /// A number, but too large.
    static final int ERANGE = -34;

    private static final int BASE = 10;

    private KernelNumber() {
    }

    /// What to do with a number, and with the error that there is none.
    @FunctionalInterface
    interface Use {

        /// Uses the number and returns 0 or an error.
        int of(long number);
    }

    /// Reads an unsigned number and uses it.
    ///
    /// @param bits how many the number may have, up to 64
    /// @return 0, or the error of reading or using it
    static int parse(String text, int bits, Use use) {
        int from = text.startsWith("+") ? 1 : 0;
        int end = from;
        while (end < text.length() && isDigit(text.charAt(end))) {
            end++;
        }
        if (end == from) {
            return EINVAL;
        }
        BigInteger number = new BigInteger(text.substring(from, end), BASE);
        boolean ends = end == text.length() || text.substring(end).equals("\n");
        if (number.bitLength() > Long.SIZE) {
            return ERANGE;
        }
        if (!ends) {
            return EINVAL;
        }
        return number.bitLength() > bits ? ERANGE : use.of(number.longValue());
    }

    private static boolean isDigit(char letter) {
        return letter >= '0' && letter <= '9';
    }
}
