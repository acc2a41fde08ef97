package org.kmemlab.lab.verify.geometry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.oracle.OracleIndex;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.oracle.TsvFile;
import org.kmemlab.lab.proc.SlabinfoRow;
import org.kmemlab.lab.verify.RecordedLines;

/// What one boot of a kernel showed of its caches.
///
/// @param path the folder
/// @param directories by directory of `/sys/kernel/slab`: its attributes
/// @param aliases by name: the directory that it links to
/// @param slabinfo the caches in the order of creation, each by its first creator; empty if nobody
///        may read it
record SysfsFolder(Path path, Map<String, Map<String, String>> directories,
        Map<String, String> aliases, List<SlabinfoRow> slabinfo) {

    private static final String SYSFS = "slab_sysfs.tsv";
    private static final String ALIASES = "slab_aliases.tsv";
    private static final String SLABINFO = "slabinfo.txt";

    /// Reads a folder with `slab_sysfs.tsv`, `slab_aliases.tsv` and `slabinfo.txt`, each plain or
    /// gz.
    static SysfsFolder read(Path folder) throws IOException {
        Map<String, Map<String, String>> directories = new LinkedHashMap<>();
        try (TsvFile table = TsvFile.open(file(folder, SYSFS))) {
            List<String> columns = table.columns().stream().skip(1).toList();
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
        RecordedLines slabinfo = RecordedLines.of(folder, SLABINFO);
        return new SysfsFolder(folder, directories, aliases,
                SlabinfoRow.ofLines(slabinfo.file(), slabinfo.lines()).reversed());
    }

    /// Names in the order of creation, each cache by its first creator. If slabinfo does not tell
    /// them, one of the names that a cache has, in any order.
    List<String> creators() {
        if (!slabinfo.isEmpty()) {
            return slabinfo.stream().map(SlabinfoRow::name).toList();
        }
        Map<String, String> names = new TreeMap<>();
        directories.keySet().forEach(directory -> names.put(directory, directory));
        new TreeMap<>(aliases).descendingMap()
                .forEach((alias, directory) -> names.put(directory, alias));
        return List.copyOf(names.values());
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
