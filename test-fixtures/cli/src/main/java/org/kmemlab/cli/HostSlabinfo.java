package org.kmemlab.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.proc.SlabinfoRow;

/// The caches of the kernel that this computer runs.
///
/// @param file its `/proc/slabinfo`, or a copy of one
record HostSlabinfo(Path file) implements SlabtopSource {

    @Override
    public List<SlabinfoRow> rows() throws IOException {
        return SlabinfoRow.ofLines(file.toString(), text().lines().toList());
    }

    private String text() throws IOException {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException missing) {
            throw unreadable("no such file", missing);
        } catch (AccessDeniedException denied) {
            throw unreadable("may be read by root alone; try sudo", denied);
        } catch (IOException failure) {
            throw unreadable("cannot be read: " + failure.getMessage(), failure);
        }
    }

    private InputException unreadable(String problem, IOException cause) {
        InputException failure = new InputException(file.toString(), -1, problem);
        failure.initCause(cause);
        return failure;
    }

    /// Its time passes by itself.
    @Override
    public void advance() {
    }

    @Override
    public String status() {
        return "";
    }
}
