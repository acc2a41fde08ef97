package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Guards the commands for traces. If it failed, people could not make binary traces, or would not
/// see that one is damaged.
class TraceCommandTest {

    @TempDir
    private Path folder;
    private Path text;
    private Path binary;

    @BeforeEach
    void unpack() throws IOException {
        text = folder.resolve("small.txt.gz");
        binary = folder.resolve("small.kmt");
        try (InputStream in = Objects.requireNonNull(getClass()
                .getResourceAsStream("/org/kmemlab/lab/replay/small.trace.gz"))) {
            Files.copy(in, text);
        }
    }

    private CliRun convert() {
        return CliRun.of("trace", "convert", text.toString(), binary.toString());
    }

    private static List<String> comparable(CliRun run) {
        return run.outLines().stream()
                .filter(line -> !line.startsWith("time ") && !line.startsWith("trace ")).toList();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /// Broken: a converted trace would be another trace.
    @Test
    void convert_recordedTrace_replaysTheSame() throws IOException {
        CliRun run = convert();

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.outLines().getFirst()).contains("2,710 events of 2,722 lines");
        assertThat(files()).containsExactly("small.kmt", "small.txt.gz");
        CliRun replay = CliRun.of("replay", binary.toString());
        assertThat(replay.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(comparable(replay))
                .isEqualTo(comparable(CliRun.of("replay", text.toString())));
        CliRun advice = CliRun.of("mempool", "advise", "--trace", binary.toString(), "--json");
        assertThat(advice.exitCode()).isEqualTo(ExitCode.GOOD);
    }

    /// Broken: the two forms would not tell the same of themselves.
    @Test
    void info_bothForms_tellTheSame() {
        convert();

        JsonNode ofText = JsonMapper.shared().readTree(
                CliRun.of("trace", "info", text.toString(), "--json").out());
        CliRun run = CliRun.of("trace", "info", binary.toString(), "--json");
        JsonNode ofBinary = JsonMapper.shared().readTree(run.out());

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(ofText.get("form").asString()).isEqualTo("text");
        assertThat(ofBinary.get("form").asString()).isEqualTo("binary");
        assertThat(ofBinary.get("recordedAs").asString()).isEqualTo(text.toString());
        for (String figure : List.of("lines", "events", "callSites", "cacheNames", "tasks",
                "kinds", "seconds")) {
            assertThat(ofBinary.get(figure)).as(figure).isEqualTo(ofText.get(figure));
        }
        assertThat(CliRun.of("trace", "info", binary.toString()).outLines())
                .contains("made of  " + text);
    }

    /// Broken: a damaged binary trace would be replayed in part, as if it were whole.
    @Test
    void damagedBinary_isUnreadable_andNamesThePlace() throws IOException {
        convert();
        byte[] content = Files.readAllBytes(binary);
        content[content.length / 2] ^= 1;
        Files.write(binary, content);

        CliRun run = CliRun.of("replay", binary.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("kmemlab: " + binary + ": damaged: the checksum is 0x")
                .containsPattern("in the block at byte \\d+");
    }

    /// Broken: a file without events, or a place that cannot be written, would leave something
    /// behind.
    @Test
    void convert_nothingToConvertOrNowhereToWrite_leavesNothing() throws IOException {
        Files.writeString(text, "nothing\n");

        assertThat(convert().exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(files()).containsExactly("small.txt.gz");
        CliRun nowhere = CliRun.of("trace", "convert", text.toString(), folder + "/no/x.kmt");
        assertThat(nowhere.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(nowhere.err()).contains("no file can be written there");
    }

    /// Broken: unreadable lines would be forgotten by the conversion.
    @Test
    void convert_unreadableLines_areAFinding() throws IOException {
        Files.writeString(text, """
                a-1 [000] ..... 1.0: kfree: call_site=f ptr=ffff888000000008
                rubbish
                """);

        CliRun run = convert();

        assertThat(run.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(run.out()).contains("line 2: ");
        assertThat(CliRun.of("trace", "info", binary.toString()).exitCode())
                .isEqualTo(ExitCode.FINDING);
    }
}
