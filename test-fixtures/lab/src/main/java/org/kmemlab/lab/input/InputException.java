package org.kmemlab.lab.input;

import java.io.IOException;

/// A trace, or another recorded file, that cannot be read (any further).
///
/// Everything that stood before the damage was delivered before this is thrown.
public final class InputException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String fileName;
    private final long bytePosition;

    /// @param fileName what was read
    /// @param bytePosition bytes of the file before the damage; -1 if none could be read at all
    /// @param problem what is wrong, in words
    public InputException(String fileName, long bytePosition, String problem) {
        super(bytePosition < 0 ? fileName + ": " + problem
                : fileName + ": " + problem + " at byte " + bytePosition);
        this.fileName = fileName;
        this.bytePosition = bytePosition;
    }

    /// What was read.
    public String fileName() {
        return fileName;
    }

    /// How many bytes of the file are sound; -1 if it could not be opened.
    public long bytePosition() {
        return bytePosition;
    }
}
