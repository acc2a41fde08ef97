package org.kmemlab.cli;

import java.nio.file.Files;
import java.nio.file.Path;

import org.kmemlab.lab.input.InputException;

/// The folder of a recorded trace: `trace.txt` and `state.txt`, each plain or gz.
///
/// @param trace the events
/// @param state the states before the first and after the last of them
record TraceFolder(Path trace, Path state) {

    /// The files of a folder.
    ///
    /// @throws InputException if one of them is missing
    static TraceFolder of(Path folder) throws InputException {
        if (!Files.isDirectory(folder)) {
            throw new InputException(folder.toString(), -1, "no such folder");
        }
        return new TraceFolder(file(folder, "trace.txt"), file(folder, "state.txt"));
    }

    private static Path file(Path folder, String name) throws InputException {
        Path packed = folder.resolve(name + ".gz");
        Path plain = folder.resolve(name);
        if (!Files.exists(packed) && !Files.exists(plain)) {
            throw new InputException(folder.toString(), -1,
                    "holds neither " + name + ".gz nor " + name);
        }
        return Files.exists(packed) ? packed : plain;
    }
}
