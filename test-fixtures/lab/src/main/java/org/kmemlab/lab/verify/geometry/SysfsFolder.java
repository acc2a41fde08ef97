package org.kmemlab.lab.verify.geometry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.apache.commons.lang3.StringUtils;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.oracle.OracleIndex;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.oracle.TsvFile;
import org.kmemlab.lab.verify.RecordedLines;

/// What one boot of a kernel showed of its caches.
///
/// @param path the folder
/// @param columns names of the attributes
/// @param directories by directory of `/sys/kernel/slab`: its attributes
/// @param aliases by name: the directory that it links to
/// @param creators names in the order of creation, each cache by its first creator; empty if there
///        is no slabinfo
record SysfsFolder(Path path, List<String> columns, Map<String, Map<String, String>> directories,
        Map<String, String> aliases, List<String> creators) {

    private static final String SYSFS = "slab_sysfs.tsv";
    private static final String ALIASES = "slab_aliases.tsv";
    private static final String SLABINFO = "slabinfo.txt";
    private static final int SLABINFO_HEAD = 2;

    /// Reads a folder with `slab_sysfs.tsv`, `slab_aliases.tsv` and `slabinfo.txt`, each plain or
    /// gz.
    static SysfsFolder read(Path folder) throws IOException {
        Map<String, Map<String, String>> directories = new LinkedHashMap<>();
        List<String> columns;
        try (TsvFile table = TsvFile.open(file(folder, SYSFS))) {
            columns = table.columns().stream().skip(1).toList();
            for (TsvFile.Row row = table.next(); row != null; row = table.next()) {
                Map<String, String> attributes = new LinkedHashMap<>();
                for (String column : columns) {
                    attributes.put(column, row.text(column));
                }
                directories.put(row.text("cache"), attributes);
            }
        }
        Map<String, String> aliases = new LinkedHashMap<>();
        try (TsvFile table = TsvFile.open(file(folder, ALIASES))) {
            for (TsvFile.Row row = table.next(); row != null; row = table.next()) {
                aliases.put(row.text("alias"), row.text("cache"));
            }
        }
        List<String> creators = new ArrayList<>();
        RecordedLines slabinfo = RecordedLines.of(folder, SLABINFO);
        slabinfo.lines().stream().skip(SLABINFO_HEAD)
                .forEach(line -> creators.add(StringUtils.substringBefore(line, " ")));
        return new SysfsFolder(folder, columns, directories, aliases, creators.reversed());
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

    /// A boot of the same build, recorded beside this one, in which no two creators share a cache;
    /// null if there is none.
    @Nullable
    SysfsFolder unmerged(OracleMachine recordedOn) throws IOException {
        Path parent = path.toAbsolutePath().normalize().getParent();
        OracleIndex index = OracleIndex.above(path);
        if (parent == null || index == null) {
            return null;
        }
        SysfsFolder best = null;
        for (Path other : folders(parent)) {
            OracleMachine machine = index.machineOf(other);
            if (machine != null && machine.build().equals(recordedOn.build())) {
                SysfsFolder candidate = read(other);
                boolean plain = machine.boot().contains("slab_nomerge");
                if (candidate.aliases.isEmpty() && (best == null || plain)) {
                    best = candidate;
                }
            }
        }
        return best;
    }

    private static List<Path> folders(Path parent) throws IOException {
        try (Stream<Path> all = Files.list(parent)) {
            return all.filter(other -> Files.exists(other.resolve(SYSFS))
                    || Files.exists(other.resolve(SYSFS + ".gz"))).sorted().toList();
        }
    }

    /// The directory that a name is found under; null if this boot has no such cache.
    @Nullable
    String directoryOf(String name) {
        return directories.containsKey(name) ? name : aliases.get(name);
    }
}
