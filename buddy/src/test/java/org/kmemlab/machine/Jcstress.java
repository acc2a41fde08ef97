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
            "-sc", "false", "-f", "1", "-fsm", "1", "-iters", "1");
    /// Milliseconds for each test. On a busy computer two threads seldom run at the same time, and
    /// a canary that is not caught shows it: then all is done again, for longer.
    private static final int[] MOMENTS = {150, 600, 2_400, 10_000};

    /// Runs the tests inside a class, one of which must be a canary; skips the calling test where
    /// there is but one CPU.
    ///
    /// @param folder where jcstress may leave its results
    public static Jcstress run(Class<?> tests, Path folder)
            throws IOException, InterruptedException {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "jcstress needs two CPUs");
        String mode = System.getProperty("jcstress.mode");
        if (mode != null) {
            return run(tests, folder, List.of("-m", mode));
        }
        Jcstress result = new Jcstress(0, "");
        for (int i = 0; i < MOMENTS.length && result.exitCode == 0; i++) {
            List<String> options = new ArrayList<>(MOMENT);
            options.addAll(List.of("-time", Integer.toString(MOMENTS[i])));
            result = run(tests, folder, options);
        }
        return result;
    }

    private static Jcstress run(Class<?> tests, Path folder, List<String> options)
            throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(
                List.of(java, "-cp", System.getProperty("java.class.path"),
                        "org.openjdk.jcstress.Main", "-t", tests.getSimpleName(), "-r", "."));
        command.addAll(options);
        Process process = new ProcessBuilder(command).directory(folder.toFile())
                .redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(),
                StandardCharsets.UTF_8);
        return new Jcstress(process.waitFor(), output);
    }
}
