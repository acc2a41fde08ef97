package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jcstress.Main;

/// Runs jcstress on [SheafHandOverJcstress], in JVMs of its own.
///
/// A moment in every build; with `mvn -Pjcstress -Dtest=JcstressTest -pl slab -am test` for minutes and
/// with all combinations of compilers, or with another of its presets:
/// `-Djcstress.mode=default|tough|stress`.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JcstressTest {

    /// The preset named "sanity" runs each test once, which shows no race; this does a million times.
    private static final List<String> MOMENT = List.of("-m", "quick", "-jvmArgs", "-Xmx256m",
            "-sc", "false", "-f", "1", "-fsm", "1", "-iters", "1", "-time", "150");

    private int exitCode;
    private String output = "";

    @BeforeAll
    void run(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "jcstress needs two CPUs");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(
                List.of(java, "-cp", System.getProperty("java.class.path"), Main.class.getName(),
                        "-t", SheafHandOverJcstress.class.getSimpleName(), "-r", "."));
        String mode = System.getProperty("jcstress.mode");
        command.addAll(mode == null ? MOMENT : List.of("-m", mode));
        Process process = new ProcessBuilder(command).directory(folder.toFile())
                .redirectErrorStream(true).start();
        output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        exitCode = process.waitFor();
    }

    /// If it fails, two threads use one sheaf at once, or one does not see what the last one did.
    @Test
    void handOvers_showNoForbiddenOutcome() {
        assertThat(output).contains("Failed tests: 1 matching test results")
                .contains("Error tests: No matches")
                .contains("All remaining tests: 6 matching test results");
    }

    /// If it fails, the test above would not notice a claim that two threads can win.
    @Test
    void canary_isCaught() {
        assertThat(output).contains("[FAILED] org.kmemlab.slab.SheafHandOverJcstress.Canary")
                .contains("Observed forbidden state: true, true");
        assertThat(exitCode).isNotZero();
    }
}
