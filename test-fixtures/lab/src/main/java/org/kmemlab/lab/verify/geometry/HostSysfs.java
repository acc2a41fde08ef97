package org.kmemlab.lab.verify.geometry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.proc.SlabinfoRow;

/// What a running kernel shows of its caches. Files that nobody may read are named in a note; the
/// rest is compared.
///
/// @param shown the caches
/// @param notes what could not be read
record HostSysfs(SysfsFolder shown, List<String> notes) {

    private static final String SLAB = "sys/kernel/slab";
    private static final String SLABINFO = "proc/slabinfo";
    private static final String ROOT_NEEDED = "; run this as root, or copy the files as root and"
            + " name the copy with --root";

    /// Reads the caches.
    ///
    /// @param attributes the files of a cache to look at
    /// @throws InputException if there is no such folder, or nothing in it may be read
    static HostSysfs read(HostFiles files, Set<String> attributes) throws IOException {
        Path slab = files.file(SLAB);
        if (!Files.isDirectory(slab)) {
            throw new InputException(slab.toString(), -1, "no such folder; this kernel was built"
                    + " without SLUB or its sysfs files, or sysfs is not mounted here");
        }
        Map<String, Map<String, String>> directories = new TreeMap<>();
        Map<String, String> aliases = new TreeMap<>();
        Unreadable unreadable = new Unreadable();
        for (Path entry : sorted(slab)) {
            String name = entry.getFileName().toString();
            if (Files.isSymbolicLink(entry)) {
                aliases.put(name, Files.readSymbolicLink(entry).getFileName().toString());
            } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                directories.put(name, attributes(files, entry, attributes, unreadable));
            }
        }
        if (directories.values().stream().noneMatch(cache -> cache.containsKey("object_size"))) {
            throw new InputException(slab.toString(), -1, (unreadable.first == null
                    ? "holds no cache with a file object_size"
                    : unreadable.first) + ROOT_NEEDED);
        }
        List<String> notes = new ArrayList<>();
        if (unreadable.count > 0) {
            notes.add(unreadable.count + " attributes left out: " + unreadable.first
                    + ROOT_NEEDED);
        }
        List<SlabinfoRow> slabinfo = slabinfo(files, notes);
        return new HostSysfs(new SysfsFolder(slab, directories, aliases, slabinfo), notes);
    }

    /// What nobody may read.
    private static final class Unreadable {
        private int count;
        private @Nullable String first;

        private void add(InputException failure) {
            count++;
            first = first == null ? failure.getMessage() : first;
        }
    }

    private static List<Path> sorted(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }

    private static Map<String, String> attributes(HostFiles files, Path cache, Set<String> names,
            Unreadable unreadable) throws IOException {
        Map<String, String> attributes = new TreeMap<>();
        for (String name : names) {
            try {
                String text = files.text(cache.resolve(name));
                if (text != null) {
                    attributes.put(name, text);
                }
            } catch (InputException failure) {
                unreadable.add(failure);
            }
        }
        return attributes;
    }

    private static List<SlabinfoRow> slabinfo(HostFiles files, List<String> notes)
            throws IOException {
        Path file = files.file(SLABINFO);
        String without = "; without it nothing tells who created a shared cache first, and the"
                + " columns of slabinfo are not compared";
        try {
            String text = files.text(file);
            if (text != null) {
                return SlabinfoRow.ofLines(file.toString(), text.lines().toList()).reversed();
            }
            notes.add(file + ": no such file" + without);
        } catch (InputException failure) {
            notes.add(failure.getMessage() + without + ROOT_NEEDED);
        }
        return List.of();
    }
}
