package org.kmemlab.cli;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/// The recordings that these tests bring with them.
final class Recorded {

    private Recorded() {
    }

    static Path path(String name) {
        URL url = Objects.requireNonNull(Recorded.class.getResource("/oracle/" + name), name);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException cause) {
            throw new AssertionError(cause);
        }
    }

    /// The text of a packed file.
    static String text(String name) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(path(name)))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
