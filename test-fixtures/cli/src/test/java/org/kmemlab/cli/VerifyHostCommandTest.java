package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class VerifyHostCommandTest {

    @TempDir
    private Path root;

    /// A 2-CPU computer with two caches, one of which has two names.
    @BeforeEach
    void computer() throws IOException {
        cache("kmalloc-64", Map.of("object_size", 64, "slab_size", 64, "objs_per_slab", 64,
                "order", 0, "align", 64, "usersize", 64, "cpu_partial", 120, "min_partial", 5,
                "aliases", 0));
        cache(":0000192", Map.of("object_size", 192, "slab_size", 192, "objs_per_slab", 21,
                "order", 0, "align", 64, "hwcache_align", 1, "cpu_partial", 120, "min_partial", 5,
                "aliases", 1));
        for (String alias : List.of("rtable", "aio_kiocb")) {
            Files.createSymbolicLink(root.resolve("sys/kernel/slab/" + alias),
                    Path.of(":0000192"));
        }
        Map.of("proc/version", "Linux version 6.1.9 (a@b)", "proc/cmdline", "quiet",
                "sys/devices/system/cpu/present", "0-1", "sys/devices/system/cpu/online", "0",
                "sys/devices/system/cpu/possible", "0-3").forEach(this::write);
    }

    private void cache(String name, Map<String, Integer> attributes) {
        attributes.forEach((attribute, value) -> write(
                "sys/kernel/slab/" + name + "/" + attribute, String.valueOf(value)));
    }

    private void write(String name, String text) {
        try {
            Files.createDirectories(root.resolve(name).getParent());
            Files.writeString(root.resolve(name), text + "\n");
        } catch (IOException cause) {
            throw new AssertionError(cause);
        }
    }

    private CliRun run(String... more) {
        return CliRun.of(Stream.concat(Stream.of("verify", "host", "--root", root.toString()),
                Stream.of(more)).toArray(String[]::new));
    }

    /// A healthy computer would be called wrong, or nobody would learn what it was taken for.
    @Test
    void host_healthyComputer_isEqual() {
        CliRun run = run();

        assertThat(run.exitCode()).as(run.err() + run.out()).isEqualTo(ExitCode.GOOD);
        assertThat(run.outLines().getFirst()).isEqualTo("Linux 6.1.9, compared as linux-6.1;"
                + " 2 of 4 CPUs present, 1 online; 1 memory node; build options inferred;"
                + " boot parameters that matter: none");
        assertThat(run.out()).contains("note: no file tells the build options")
                .contains("note: " + root.resolve("proc/slabinfo") + ": no such file");
        assertThat(run.outLines().getLast()).isEqualTo("equal 5 of 5");
    }

    /// A computer whose caches are otherwise than computed would pass.
    @Test
    void host_otherValue_isAFinding() {
        write("sys/kernel/slab/kmalloc-64/objs_per_slab", "63");

        CliRun run = run();

        assertThat(run.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(run.out())
                .contains("directory kmalloc-64: objs_per_slab: expected 63, got 64");
    }

    /// Programs could not read what was found.
    @Test
    void host_json_hasTheFactsAndTheReport() {
        CliRun run = run("--json", "--limit", "1");

        JsonNode json = JsonMapper.shared().readTree(run.out());
        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(json.get("good").asBoolean()).isTrue();
        assertThat(json.get("host").get("release").asString()).isEqualTo("6.1.9");
        assertThat(json.get("host").get("cpus").asInt()).isEqualTo(2);
        assertThat(json.get("host").get("notes").size()).isEqualTo(2);
        assertThat(json.get("files").size()).isEqualTo(1);
    }

    /// A kernel that does not show its caches would be called equal, or end in a stack trace.
    @Test
    void host_noCachesShown_isUnreadable() {
        CliRun run = CliRun.of("verify", "host", "--root",
                root.resolve("proc").toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(run.err()).contains("sys/kernel/slab: no such folder; this kernel was built"
                + " without SLUB");
    }
}
