package org.kmemlab.lab.verify;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.kmemlab.lab.oracle.OracleIndex;
import org.kmemlab.lab.oracle.OracleMachine;

/// The recordings that tests bring with them.
public final class RecordedOracle {

    private RecordedOracle() {
    }

    /// The files or folders of one kind of recording, sorted.
    public static List<Path> list(String kind) {
        try (Stream<Path> files = Files.list(path(kind))) {
            return files.sorted().toList();
        } catch (IOException cause) {
            throw new AssertionError(cause);
        }
    }

    public static Path path(String name) {
        URL url = Objects.requireNonNull(RecordedOracle.class.getResource("/oracle/" + name), name);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException cause) {
            throw new AssertionError(cause);
        }
    }

    /// The lines of a packed file.
    public static List<String> lines(String name) throws IOException {
        return RecordedLines.of(path(name)).lines();
    }

    /// The machine that made a recording.
    public static OracleMachine machine(Path recording) throws IOException {
        OracleIndex index = Objects.requireNonNull(OracleIndex.above(recording));
        return Objects.requireNonNull(index.machineOf(recording));
    }

    /// The folders of traces that bring a state along.
    public static List<Path> tracesWithState() {
        return list("traces").stream()
                .filter(trace -> Files.exists(trace.resolve("state.txt.gz"))
                        && Files.exists(trace.resolve("trace.txt.gz")))
                .toList();
    }
}
