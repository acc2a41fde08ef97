package org.kmemlab.lab.oracle;

import java.io.IOException;
import java.io.Reader;

import org.kmemlab.lab.input.LineReader;

/// The lines of a recorded file as the stream of characters that a table parser wants.
final class LineChars extends Reader {

    private final LineReader lines;
    private String line = "";
    private int at;

    LineChars(LineReader lines) {
        this.lines = lines;
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        if (at == line.length()) {
            if (!lines.next()) {
                return -1;
            }
            line = lines.text() + '\n';
            at = 0;
        }
        int count = Math.min(length, line.length() - at);
        line.getChars(at, at + count, target, offset);
        at += count;
        return count;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
