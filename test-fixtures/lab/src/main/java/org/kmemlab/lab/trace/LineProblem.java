package org.kmemlab.lab.trace;

import org.kmemlab.lab.input.LineReader;

/// Why a line could not be read.
enum LineProblem {
    NONE("nothing"),
    NOT_AN_EVENT("no line of a trace: task-pid, [cpu] and time expected"),
    NO_CPU("no [cpu] column: record with perf record -a"),
    NO_TIME("no time after [cpu]"),
    NO_EVENT("no event name after the time"),
    BAD_NUMBER("not a number of the expected size"),
    UNKNOWN_POINTER("the kernel did not print the pointer"),
    MISSING_FIELD("missing"),
    TOO_LONG("line is longer than " + LineReader.MAX_LINE_BYTES + " bytes");

    private final String text;

    LineProblem(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
