package org.kmemlab.lab.oracle;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.LineReader;
import org.kmemlab.lab.input.RecordedFile;

/// A table of tab-separated values with column names in its first line, plain or gz, read row by
/// row.
public final class TsvFile implements AutoCloseable {

    private static final CSVFormat FORMAT = CSVFormat.TDF.builder().setHeader()
            .setSkipHeaderRecord(true).setQuote(null).setIgnoreEmptyLines(false)
            .setIgnoreSurroundingSpaces(false).get();

    private final Path file;
    private final CSVParser parser;
    private final Iterator<CSVRecord> rows;

    private TsvFile(Path file, CSVParser parser) {
        this.file = file;
        this.parser = parser;
        this.rows = parser.iterator();
    }

    /// Opens a table.
    ///
    /// @throws InputException if there is no such file or it cannot be read
    public static TsvFile open(Path file) throws IOException {
        Reader lines = new LineChars(new LineReader(RecordedFile.open(file)));
        try {
            return new TsvFile(file, CSVParser.parse(lines, FORMAT));
        } catch (IllegalArgumentException badHeader) {
            lines.close();
            throw failure(file, 1, "column names: " + badHeader.getMessage(), badHeader);
        } catch (IOException | RuntimeException damaged) {
            lines.close();
            throw damaged;
        }
    }

    private static InputException failure(Path file, long line, String problem,
            @Nullable Throwable cause) {
        InputException failure = new InputException(file.toString(), -1,
                "line " + line + ": " + problem);
        failure.initCause(cause);
        return failure;
    }

    /// The column names in their order.
    public List<String> columns() {
        return parser.getHeaderNames();
    }

    /// Checks the column names.
    ///
    /// @throws InputException if they are not exactly `expected`
    public void requireColumns(List<String> expected) throws InputException {
        if (!columns().equals(expected)) {
            List<String> missing = expected.stream().filter(name -> !columns().contains(name))
                    .toList();
            List<String> unknown = columns().stream().filter(name -> !expected.contains(name))
                    .toList();
            throw failure(file, 1, "columns do not fit; missing: " + missing + ", unknown: "
                    + unknown + "; expected, separated by tabs: " + expected, null);
        }
    }

    /// Reads the next row.
    ///
    /// @return the row, or null after the last one
    /// @throws InputException if it has too few or too many values, or the file is damaged
    public @Nullable Row next() throws IOException {
        try {
            if (!rows.hasNext()) {
                return null;
            }
            CSVRecord values = rows.next();
            Row row = new Row(file, values);
            if (!values.isConsistent()) {
                throw row.failure(values.size() + " values, expected " + columns().size());
            }
            return row;
        } catch (UncheckedIOException damaged) {
            throw damaged.getCause();
        }
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }

    /// One line of the table.
    public static final class Row {

        private final Path file;
        private final CSVRecord values;

        private Row(Path file, CSVRecord values) {
            this.file = file;
            this.values = values;
        }

        /// Where it stands, for messages.
        public String place() {
            return file + ": line " + lineNumber();
        }

        private long lineNumber() {
            return values.getRecordNumber() + 1;
        }

        /// An exception about this row, to be thrown.
        ///
        /// @param problem what is wrong with it
        public InputException failure(String problem) {
            return TsvFile.failure(file, lineNumber(), problem, null);
        }

        /// The value of a column as it is written.
        ///
        /// @throws IllegalArgumentException if the table has no such column
        public String text(String column) {
            return values.get(column);
        }

        /// The value of a column that is a number: decimal, or hexadecimal with `0x`.
        ///
        /// @throws InputException if it is no such number or needs more than 32 bits
        public int number(String column) throws InputException {
            String text = text(column);
            try {
                return text.startsWith("0x") ? Integer.parseUnsignedInt(text.substring(2), 16)
                        : Integer.parseInt(text);
            } catch (NumberFormatException malformed) {
                throw TsvFile.failure(file, lineNumber(), column + " '" + text
                        + "': expected a number of at most 32 bits", malformed);
            }
        }
    }
}
