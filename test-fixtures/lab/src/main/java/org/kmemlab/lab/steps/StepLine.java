package org.kmemlab.lab.steps;

import java.util.List;

import org.kmemlab.buddy.GfpFlags;

/// One operation of a step log: `<script line> <op> <args> => <result>`, and the lines below it.
///
/// @param fileLine where it stands in the file, from 1
/// @param number the line of the script that the recorder executed
/// @param op the operation, for example `ap`
/// @param args its arguments
/// @param result what the kernel answered; empty if the operation only dumps
/// @param dump the indented lines that belong to it, without the indentation
public record StepLine(long fileLine, int number, String op, List<String> args, String result,
        List<String> dump) {

    /// Copies the lists.
    public StepLine {
        args = List.copyOf(args);
        dump = List.copyOf(dump);
    }

    /// The argument at `index` as a number.
    ///
    /// @throws StepFormatException if there is no such argument or it is no number
    public int number(int index) {
        String text = text(index);
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException cause) {
            throw new StepFormatException(this, "'" + text + "' is no number", cause);
        }
    }

    /// The argument at `index`.
    ///
    /// @throws StepFormatException if there is no such argument
    public String text(int index) {
        if (index >= args.size()) {
            throw new StepFormatException(this, "has " + args.size() + " arguments, expected "
                    + (index + 1) + " or more", null);
        }
        return args.get(index);
    }

    /// The argument at `index` as request flags in the log's shorthand.
    ///
    /// @throws StepFormatException if there is no such argument or it has an unknown word
    public GfpFlags gfp(int index) {
        try {
            return GfpWords.parse(text(index));
        } catch (IllegalArgumentException unknown) {
            throw new StepFormatException(this, String.valueOf(unknown.getMessage()), unknown);
        }
    }

    /// The operation with its lines, as the log has them.
    public String recorded() {
        StringBuilder text = new StringBuilder(number + " " + op + "\n");
        dump.forEach(line -> text.append("  ").append(line).append('\n'));
        return text.toString();
    }

    @Override
    public String toString() {
        return number + " " + op + (args.isEmpty() ? "" : " " + String.join(" ", args));
    }
}
