package org.kmemlab.buddy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/// The recorded files among the test resources.
public final class Recorded {

    private Recorded() {
    }

    /// The text of a file.
    public static String text(String name) {
        try (InputStream in = Recorded.class.getResourceAsStream("/recorded/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(),
                    StandardCharsets.UTF_8);
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    /// The lines of a kernel log without their time stamps.
    public static List<String> log(String name) {
        return text(name).lines().map(line -> line.replaceFirst("^\\[ *\\d+\\.\\d+\\] ", ""))
                .toList();
    }
}
