package org.kmemlab.slab;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;

/// Reads the recordings that lie beside the tests.
public final class Resources {

    private Resources() {
    }

    /// The lines of a file, unpacked if its name ends in `.gz`.
    public static List<String> lines(String path) {
        try (InputStream raw = Resources.class.getResourceAsStream(path)) {
            if (raw == null) {
                throw new FileNotFoundException(path);
            }
            InputStream plain = path.endsWith(".gz") ? new GZIPInputStream(raw) : raw;
            return new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8)).lines()
                    .toList();
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }
}
