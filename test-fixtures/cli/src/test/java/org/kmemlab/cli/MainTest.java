package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class MainTest {

    /// Every command, as the words that call it.
    static Stream<List<String>> commands() {
        return below(new CommandLine(new Main()), List.of());
    }

    private static Stream<List<String>> below(CommandLine command, List<String> words) {
        Stream<List<String>> deeper = command.getSubcommands().entrySet().stream()
                .flatMap(entry -> {
                    List<String> longer = new ArrayList<>(words);
                    longer.add(entry.getKey());
                    return below(entry.getValue(), longer);
                });
        return Stream.concat(Stream.of(words), deeper);
    }

    private static CliRun run(List<String> words, String last) {
        List<String> all = new ArrayList<>(words);
        all.add(last);
        return CliRun.of(all.toArray(String[]::new));
    }

    /// A command would leave people without help, exit codes or an example.
    @ParameterizedTest
    @MethodSource("commands")
    void help_ofEveryCommand_hasExitCodesAndExamples(List<String> command) {
        CliRun run = run(command, "--help");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("Usage: kmemlab", "Exit codes:", "  0   good",
                "  1   finding", "  2   usage", "  3   input unreadable", "Examples:",
                "  kmemlab ");
        assertThat(run.outLines()).allMatch(line -> line.length() <= 80);
    }

    /// A command would accept what it does not understand, or answer with a stack trace.
    @ParameterizedTest
    @MethodSource("commands")
    void unknownOption_ofEveryCommand_isAUsageError(List<String> command) {
        CliRun run = run(command, "--no-such-option");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("kmemlab: ").contains("--help' for more")
                .doesNotContain("\tat ");
    }

    /// A bare call would end with success though nothing was done.
    @Test
    void noCommand_isAUsageError() {
        assertThat(CliRun.of().exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(CliRun.of("verify").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    /// A slip of the finger would be left without the hint that helps.
    @Test
    void misspeltCommand_suggestsTheRightOne() {
        CliRun run = CliRun.of("geometri");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("geometry");
    }

    /// Nobody could say which version a result comes from.
    @Test
    void version_isPrinted() {
        CliRun run = CliRun.of("--version");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.out()).startsWith("kmemlab ").contains("Java 25");
    }
}
