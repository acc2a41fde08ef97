package org.kmemlab.lab.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.commons.lang3.StringUtils;
import org.apache.commons.lang3.Strings;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.InputException;

/// The table `index.tsv` of a folder of recordings: which machine made which file.
///
/// A row's path is a file or a folder, relative to the table; a row for a folder speaks for
/// everything in it. A file and the same file with `.gz` appended are one.
public final class OracleIndex {

    /// The name of the table's file.
    public static final String FILE_NAME = "index.tsv";

    private static final List<String> COLUMNS = List.of("path", "build", "cpus", "max_cpus",
            "memory_mib", "node_mib", "boot");
    private static final String GZ = ".gz";
    private static final String UNKNOWN = "unknown";

    private final Path file;
    private final Map<String, OracleMachine> machines;

    private OracleIndex(Path file, Map<String, OracleMachine> machines) {
        this.file = file;
        this.machines = machines;
    }

    /// The index that speaks for a recording: in its folder, or in the nearest one above that has
    /// one.
    ///
    /// @return the index, or null if there is none
    /// @throws InputException if it is malformed
    public static @Nullable OracleIndex above(Path recording) throws IOException {
        Path folder = recording.toAbsolutePath().normalize();
        while (folder != null) {
            Path file = folder.resolve(FILE_NAME);
            if (Files.isRegularFile(file)) {
                return read(file);
            }
            folder = folder.getParent();
        }
        return null;
    }

    /// Reads an index.
    ///
    /// @throws InputException if it is malformed
    public static OracleIndex read(Path file) throws IOException {
        Map<String, OracleMachine> machines = new LinkedHashMap<>();
        try (TsvFile table = TsvFile.open(file)) {
            table.requireColumns(COLUMNS);
            for (TsvFile.Row row = table.next(); row != null; row = table.next()) {
                machines.put(withoutGz(row.text("path")), machine(row));
            }
        }
        return new OracleIndex(file.toAbsolutePath().normalize(), machines);
    }

    private static OracleMachine machine(TsvFile.Row row) throws InputException {
        int cpus = row.number("cpus");
        int maxCpus = row.number("max_cpus");
        if (cpus < 1 || maxCpus < cpus) {
            throw row.failure(cpus + " CPUs of " + maxCpus
                    + ": expected 1 or more, and no more than max_cpus");
        }
        return new OracleMachine(row.text("build"), cpus, maxCpus, nodeMib(row), row.text("boot"));
    }

    private static List<Integer> nodeMib(TsvFile.Row row) throws InputException {
        String text = row.text("node_mib");
        List<Integer> nodeMib = new ArrayList<>();
        if (text.equals(UNKNOWN)) {
            return nodeMib;
        }
        for (String size : StringUtils.splitPreserveAllTokens(text, '+')) {
            if (!StringUtils.isNumeric(size) || size.length() > 8) {
                throw row.failure("node_mib '" + text
                        + "': expected sizes in MiB joined by +, or unknown");
            }
            nodeMib.add(Integer.parseInt(size));
        }
        return nodeMib;
    }

    /// The machine that made a recording.
    ///
    /// @return the machine, or null if no row speaks for the file
    public @Nullable OracleMachine machineOf(Path recording) {
        Path base = file.getParent();
        Path inside = recording.toAbsolutePath().normalize();
        while (base != null && inside != null && inside.startsWith(base) && !inside.equals(base)) {
            String path = base.relativize(inside).toString().replace('\\', '/');
            OracleMachine machine = machines.get(withoutGz(path));
            if (machine != null) {
                return machine;
            }
            inside = inside.getParent();
        }
        return null;
    }

    private static String withoutGz(String path) {
        return Strings.CS.removeEnd(Strings.CS.removeEnd(path, "/"), GZ);
    }

    /// Where it was read from.
    public Path file() {
        return file;
    }
}
