package org.kmemlab.lab.state;

import java.io.IOException;

/// A state dump with a line that does not say what it should.
public final class StateFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    private final long lineNumber;

    /// @param fileName what was read
    /// @param lineNumber counted from 1
    /// @param problem what is wrong, in words
    public StateFormatException(String fileName, long lineNumber, String problem) {
        super(fileName + ", line " + lineNumber + ": " + problem);
        this.lineNumber = lineNumber;
    }

    /// The line that is wrong, from 1.
    public long lineNumber() {
        return lineNumber;
    }
}
