package org.kmemlab.machine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs jcstress on a class of tests, in JVMs of its own.
///
/// A moment in every build; with `mvn -Pjcstress -Dtest=JcstressTest -pl MODULE -am test` for
/// minutes and with all combinations of compilers, or with another of its presets:
/// `-Djcstress.mode=default|tough|stress`.
///
/// @param exitCode 0 if no test showed a forbidden outcome
/// @param output what it printed
public record Jcstress(int exitCode, String output) {

    /// The preset named "sanity" runs each test once, which shows no race; this does a million
    /// times.
    private static final List<String> MOMENT = List.of("-m", "quick", "-jvmArgs", "-Xmx256m",
            "-sc", "false", "-f", "1", "-fsm", "1", "-iters", "1", "-time", "150");

    /// Runs the tests inside a class; skips the calling test where there is but one CPU.
    ///
    /// @param folder where jcstress may leave its results
    public static Jcstress run(Class<?> tests, Path folder)
            throws IOException, InterruptedException {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "jcstress needs two CPUs");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(
                List.of(java, "-cp", System.getProperty("java.class.path"),
                        "org.openjdk.jcstress.Main", "-t", tests.getSimpleName(), "-r", "."));
        String mode = System.getProperty("jcstress.mode");
        command.addAll(mode == null ? MOMENT : List.of("-m", mode));
        Process process = new ProcessBuilder(command).directory(folder.toFile())
                .redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(),
                StandardCharsets.UTF_8);
        return new Jcstress(process.waitFor(), output);
    }
}
