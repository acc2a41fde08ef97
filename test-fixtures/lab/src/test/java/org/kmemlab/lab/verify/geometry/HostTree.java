package org.kmemlab.lab.verify.geometry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.lab.verify.RecordedLines;

/// A folder with files as a running kernel shows them, made from a recorded boot.
record HostTree(Path root) {

    /// Makes the folder.
    ///
    /// @param boot with `slab_sysfs.tsv`, `slab_aliases.tsv` and `slabinfo.txt`
    /// @param wanted names of the directories to make; files take their time
    static HostTree of(Path root, Path boot, Predicate<String> wanted, String release, int cpus,
            int possibleCpus, int nodes, String commandLine) throws IOException {
        HostTree tree = new HostTree(root);
        SysfsFolder recorded = SysfsFolder.read(boot);
        for (var cache : recorded.directories().entrySet()) {
            if (wanted.test(cache.getKey())) {
                tree.cache(cache.getKey(), cache.getValue());
            }
        }
        for (var alias : recorded.aliases().entrySet()) {
            if (wanted.test(alias.getValue())) {
                tree.link(alias.getKey(), alias.getValue());
            }
        }
        List<String> lines = new ArrayList<>();
        for (String line : RecordedLines.of(boot, "slabinfo.txt").lines()) {
            String directory = recorded.directoryOf(StringUtils.substringBefore(line, " "));
            if (directory == null || wanted.test(directory)) {
                lines.add(line);
            }
        }
        tree.write("proc/slabinfo", String.join("\n", lines));
        tree.write("proc/sys/kernel/osrelease", release);
        tree.write("proc/cmdline", commandLine);
        tree.write("sys/devices/system/cpu/present", "0-" + (cpus - 1));
        tree.write("sys/devices/system/cpu/online", "0-" + (cpus - 1));
        tree.write("sys/devices/system/cpu/possible", "0-" + (possibleCpus - 1));
        tree.write("sys/devices/system/node/possible", "0-" + (nodes - 1));
        return tree;
    }

    private void cache(String name, Map<String, String> attributes) throws IOException {
        for (var attribute : attributes.entrySet()) {
            if (SysfsCheck.LOOKED_AT.contains(attribute.getKey())) {
                write("sys/kernel/slab/" + name + "/" + attribute.getKey(), attribute.getValue());
            }
        }
    }

    Path file(String name) {
        return root.resolve(name);
    }

    void write(String name, String line) throws IOException {
        Files.createDirectories(file(name).getParent());
        Files.writeString(file(name), line + "\n");
    }

    /// Makes a name one of those of a cache.
    void link(String alias, String directory) throws IOException {
        Path link = file("sys/kernel/slab/" + alias);
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, Path.of(directory));
    }

    /// Puts something into the place of a file that cannot be read as one.
    void spoil(String name) throws IOException {
        Files.delete(file(name));
        Files.createDirectory(file(name));
    }
}
