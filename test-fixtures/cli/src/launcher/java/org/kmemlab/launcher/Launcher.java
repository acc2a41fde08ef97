package org.kmemlab.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Starts the command on Java 25, whatever Java {@code java -jar} was.
 *
 * <p>This class alone is compiled for Java 11. On an older Java it looks for an installed JDK 25, in
 * {@code KMEMLAB_JAVA_HOME}, {@code JAVA_HOME} and the usual folders, and runs the jar again there.
 */
public final class Launcher {

    private static final int JAVA = 25;
    private static final String MAIN = "org.kmemlab.cli.Main";
    /** The exit code for an environment that the command cannot run in. */
    private static final int UNUSABLE = 2;

    private Launcher() {
    }

    /**
     * Runs the command.
     *
     * @param args its arguments
     */
    public static void main(String[] args) throws ReflectiveOperationException {
        if (Runtime.version().feature() >= JAVA) {
            Class.forName(MAIN).getMethod("main", String[].class).invoke(null, (Object) args);
            return;
        }
        System.exit(runElsewhere(args));
    }

    private static int runElsewhere(String[] args) {
        List<Path> homes = candidates();
        for (Path home : homes) {
            if (isSuitable(home)) {
                return run(home, args);
            }
        }
        System.err.println("kmemlab: needs Java " + JAVA + ", this is Java "
                + Runtime.version().feature() + ", and no JDK " + JAVA + " was found in "
                + homes.stream().map(Path::getParent).distinct().map(Path::toString)
                        .collect(Collectors.joining(", "))
                + "; set KMEMLAB_JAVA_HOME or JAVA_HOME to one");
        return UNUSABLE;
    }

    private static List<Path> candidates() {
        List<Path> homes = new ArrayList<>();
        for (String name : new String[] {"KMEMLAB_JAVA_HOME", "JAVA_HOME"}) {
            String value = System.getenv(name);
            if (value != null && !value.isEmpty()) {
                homes.add(Paths.get(value).toAbsolutePath());
            }
        }
        String user = System.getProperty("user.home");
        for (String folder : new String[] {"/usr/lib/jvm", "/usr/java", "/opt/java", "/opt/jdk",
            user + "/.sdkman/candidates/java", user + "/.jdks"}) {
            homes.addAll(children(Paths.get(folder)));
        }
        for (Path bundle : children(Paths.get("/Library/Java/JavaVirtualMachines"))) {
            homes.add(bundle.resolve("Contents/Home"));
        }
        return homes;
    }

    private static List<Path> children(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Collections.emptyList();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.sorted().collect(Collectors.toList());
        } catch (IOException unreadable) {
            return Collections.emptyList();
        }
    }

    /** Whether a folder is a Java home of version 25 or newer: its file {@code release} tells. */
    private static boolean isSuitable(Path home) {
        try {
            String release = new String(Files.readAllBytes(home.resolve("release")),
                    StandardCharsets.UTF_8);
            int at = release.indexOf("JAVA_VERSION=\"");
            String version = at < 0 ? "" : release.substring(at + 14).split("[^0-9]", 2)[0];
            return !version.isEmpty() && Integer.parseInt(version) >= JAVA
                    && Files.isExecutable(java(home));
        } catch (IOException | NumberFormatException none) {
            return false;
        }
    }

    private static Path java(Path home) {
        return home.resolve("bin").resolve(File.separatorChar == '\\' ? "java.exe" : "java");
    }

    private static int run(Path home, String[] args) {
        List<String> command = new ArrayList<>();
        command.add(java(home).toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(MAIN);
        Collections.addAll(command, args);
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (IOException failed) {
            System.err.println("kmemlab: cannot start " + command.get(0) + ": "
                    + failed.getMessage());
            return UNUSABLE;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return UNUSABLE;
        }
    }
}
