package org.kmemlab.lab.steps;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.apache.commons.lang3.StringUtils;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.LineReader;
import org.kmemlab.lab.input.RecordedFile;

/// Reads a step log operation by operation; memory use does not depend on its length.
///
/// Lines that start neither with a number nor with a space are remarks of the recorder and passed
/// over.
public final class StepReader implements AutoCloseable {

    private static final String RESULT = " => ";

    private final LineReader lines;
    private @Nullable String pending;
    private long pendingLine;

    /// Reads a file, which it closes with itself.
    public StepReader(RecordedFile file) {
        lines = new LineReader(file);
    }

    /// The next operation.
    ///
    /// @return null at the end
    /// @throws IOException if the file is damaged
    public @Nullable StepLine next() throws IOException {
        String header = pending;
        long headerLine = pendingLine;
        pending = null;
        List<String> dump = new ArrayList<>();
        while (lines.next()) {
            String text = lines.text();
            if (text.startsWith("  ")) {
                dump.add(text.strip());
            } else if (!text.isEmpty() && Character.isDigit(text.charAt(0))) {
                if (header != null) {
                    pending = text;
                    pendingLine = lines.number();
                    return parse(headerLine, header, dump);
                }
                header = text;
                headerLine = lines.number();
                dump.clear();
            }
        }
        return header == null ? null : parse(headerLine, header, dump);
    }

    private StepLine parse(long fileLine, String header, List<String> dump) throws IOException {
        String call = StringUtils.substringBefore(header, RESULT);
        String result = StringUtils.substringAfter(header, RESULT).strip();
        List<String> words = List.of(StringUtils.split(call));
        String number = words.getFirst();
        if (words.size() < 2 || !StringUtils.isNumeric(number) || number.length() > 9) {
            throw new IOException(lines.source().name() + ", line " + fileLine + ": '"
                    + StringUtils.abbreviate(header, 60)
                    + "' is no step: expected <number> <operation> ...");
        }
        return new StepLine(fileLine, Integer.parseInt(number), words.get(1),
                words.subList(2, words.size()), result, dump);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
