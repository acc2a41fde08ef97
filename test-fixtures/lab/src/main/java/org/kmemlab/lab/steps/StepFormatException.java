package org.kmemlab.lab.steps;

import java.io.IOException;
import java.io.UncheckedIOException;

import org.jspecify.annotations.Nullable;

/// A line of a step log that does not say what it should.
public final class StepFormatException extends UncheckedIOException {

    private static final long serialVersionUID = 1L;

    /// Names the line and what is wrong with it.
    ///
    /// @param problem what is wrong, in words
    public StepFormatException(StepLine line, String problem, @Nullable Throwable cause) {
        super(new IOException("line " + line.fileLine() + " (" + line + "): " + problem, cause));
    }
}
