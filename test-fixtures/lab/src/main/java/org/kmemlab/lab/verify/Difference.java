package org.kmemlab.lab.verify;

import java.util.List;

/// One value that is not what the kernel printed.
///
/// @param place file and line
/// @param what which value
/// @param expected what the recording says
/// @param got what this library says
/// @param state our state around it, as lines; empty if the value says it all
public record Difference(String place, String what, String expected, String got,
        List<String> state) {

    /// Copies the lines.
    public Difference {
        state = List.copyOf(state);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(
                place + ": " + what + ": expected " + expected + ", got " + got);
        state.forEach(line -> text.append("\n    ").append(line));
        return text.toString();
    }
}
