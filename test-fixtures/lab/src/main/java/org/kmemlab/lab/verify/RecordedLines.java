package org.kmemlab.lab.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.LineReader;
import org.kmemlab.lab.input.RecordedFile;

/// The lines of a small recorded text.
///
/// @param file what messages call it
/// @param lines its lines, the first is number 1
public record RecordedLines(String file, List<String> lines) {

    public RecordedLines {
        lines = List.copyOf(lines);
    }

    /// Reads a file, plain or gz.
    public static RecordedLines of(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        try (LineReader reader = new LineReader(RecordedFile.open(file))) {
            while (reader.next()) {
                lines.add(reader.text());
            }
        }
        return new RecordedLines(file.toString(), lines);
    }

    /// Reads the file of a name in a folder, plain or with `.gz` appended.
    ///
    /// @throws InputException if the folder has neither
    public static RecordedLines of(Path folder, String name) throws IOException {
        Path packed = folder.resolve(name + ".gz");
        return of(Files.exists(packed) ? packed : folder.resolve(name));
    }

    /// Where a line stands, for messages.
    ///
    /// @param index its index in the list
    public String place(int index) {
        return file + ", line " + (index + 1);
    }

    /// What to say of a line that cannot be read.
    public InputException failure(int index, String problem) {
        return new InputException(place(index), -1, problem);
    }
}
