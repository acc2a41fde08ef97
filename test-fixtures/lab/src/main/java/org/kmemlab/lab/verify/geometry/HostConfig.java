package org.kmemlab.lab.verify.geometry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.apache.commons.lang3.StringUtils;
import org.jspecify.annotations.Nullable;

/// The build options of a running kernel: from a file that lists them, or inferred from what
/// `/sys/kernel/slab` shows.
///
/// @param source the file they were read from; null if they are inferred
/// @param on options that are on, without `CONFIG_`
/// @param mentioned options that the file names, on or off
record HostConfig(@Nullable String source, Set<String> on, Set<String> mentioned) {

    private static final String PREFIX = "CONFIG_";
    private static final String OFF = " is not set";

    /// Reads the list of the kernel of this release, packed in `/proc` or beside its image.
    ///
    /// @param shown what to infer the options from if there is no list
    static HostConfig read(HostFiles files, String release, SysfsFolder shown)
            throws IOException {
        Path packed = files.file("proc/config.gz");
        if (Files.exists(packed)) {
            return parse("/proc/config.gz", files.packedLines(packed));
        }
        for (String place : List.of("boot/config-" + release, "lib/modules/" + release + "/config",
                "usr/lib/modules/" + release + "/config")) {
            String text = files.text(files.file(place));
            if (text != null) {
                return parse("/" + place, text.lines().toList());
            }
        }
        return inferred(shown);
    }

    private static HostConfig parse(String source, List<String> lines) {
        Set<String> on = new HashSet<>();
        Set<String> mentioned = new HashSet<>();
        for (String line : lines) {
            String name = StringUtils.substringAfter(line, PREFIX);
            if (line.startsWith("#")) {
                mentioned.add(StringUtils.substringBefore(name, OFF));
            } else if (!name.isEmpty()) {
                String option = StringUtils.substringBefore(name, "=");
                mentioned.add(option);
                if (StringUtils.substringAfter(name, "=").equals("y")) {
                    on.add(option);
                }
            }
        }
        return new HostConfig(source, on, mentioned);
    }

    private static HostConfig inferred(SysfsFolder shown) {
        Set<String> on = new HashSet<>();
        Set<String> names = shown.directories().keySet();
        if (names.stream().anyMatch(name -> name.startsWith("kmalloc-cg-"))) {
            on.add("MEMCG");
        }
        if (names.stream().anyMatch(name -> name.startsWith(":"))) {
            on.add("SLAB_MERGE_DEFAULT");
        }
        if (shown.directories().values().stream().anyMatch(cache -> !cache
                .getOrDefault("cpu_partial", "0").equals("0"))) {
            on.add("SLUB_CPU_PARTIAL");
        }
        return new HostConfig(null, on, Set.of());
    }

    /// Whether an option is on.
    boolean has(String option) {
        return on.contains(option);
    }

    /// Whether control groups account kernel objects. That was an option of its own, then always
    /// on with control groups of memory.
    boolean memcg() {
        return has("MEMCG_KMEM") || (has("MEMCG") && !mentioned.contains("MEMCG_KMEM"));
    }
}
