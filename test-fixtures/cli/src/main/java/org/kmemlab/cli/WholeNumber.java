package org.kmemlab.cli;

import java.util.Locale;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads numbers of the command line: decimal, or hexadecimal with `0x`.
final class WholeNumber implements ITypeConverter<Long> {

    @Override
    public Long convert(String text) {
        try {
            return text.toLowerCase(Locale.ROOT).startsWith("0x")
                    ? Long.valueOf(text.substring(2), 16)
                    : Long.valueOf(text);
        } catch (NumberFormatException malformed) {
            throw new TypeConversionException("'" + text
                    + "': expected a whole number, decimal or with 0x, up to " + Long.MAX_VALUE);
        }
    }

    /// Checks that a number lies within limits.
    ///
    /// @param what the name of the number, for the message
    /// @param unit of the number with a leading space, or empty
    /// @throws IllegalArgumentException naming the value and the limits
    static int within(long value, int min, int max, String what, String unit) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    what + " " + value + ": expected " + min + " to " + max + unit);
        }
        return (int) value;
    }
}
