package org.kmemlab.lab.verify.geometry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.InputException;

/// The small files below a root in which a running kernel tells of itself; only ever read.
///
/// @param root `/`, or a folder with copies of the kernel's files
record HostFiles(Path root) {

    /// The file of this path, without the leading slash.
    Path file(String path) {
        return root.resolve(path);
    }

    /// The text of a file without the newline at its end; null if there is no such file.
    ///
    /// @throws InputException if it is there and may not be read, or cannot
    @Nullable
    String text(Path file) throws IOException {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).stripTrailing();
        } catch (NoSuchFileException missing) {
            return null;
        } catch (AccessDeniedException denied) {
            throw unreadable(file, "may be read by root alone", denied);
        } catch (IOException failure) {
            throw unreadable(file, "cannot be read: " + failure.getMessage(), failure);
        }
    }

    /// The text of a file that must be there.
    ///
    /// @param tells what it is needed for, as in `the CPUs`
    String required(String path, String tells) throws IOException {
        String text = text(file(path));
        if (text == null) {
            throw new InputException(file(path).toString(), -1,
                    "no such file; it tells " + tells);
        }
        return text;
    }

    /// The lines of a text that is packed.
    List<String> packedLines(Path file) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).lines().toList();
        } catch (IOException failure) {
            throw unreadable(file, "cannot be read: " + failure.getMessage(), failure);
        }
    }

    /// The numbers of a list such as `0-3,8`.
    ///
    /// @param tells what it is needed for
    List<Integer> numbers(String path, String tells) throws IOException {
        List<Integer> numbers = new ArrayList<>();
        String text = required(path, tells);
        try {
            for (String part : text.split(",", -1)) {
                String[] ends = part.split("-", 2);
                int last = Integer.parseInt(ends[ends.length - 1]);
                for (int number = Integer.parseInt(ends[0]); number <= last; number++) {
                    numbers.add(number);
                }
            }
        } catch (NumberFormatException cause) {
            throw unreadable(file(path), "'" + text + "' is no list of numbers such as 0-3,8",
                    cause);
        }
        return numbers;
    }

    private static InputException unreadable(Path file, String problem, Exception cause) {
        InputException failure = new InputException(file.toString(), -1, problem);
        failure.initCause(cause);
        return failure;
    }
}
