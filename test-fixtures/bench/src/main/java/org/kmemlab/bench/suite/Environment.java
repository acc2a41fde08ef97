package org.kmemlab.bench.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.stream.Stream;

/// Where and how was measured: without it, figures mean nothing.
///
/// @param command the command line
/// @param machine processor, CPUs, memory, system
/// @param jvm name and version
/// @param flags how the forks were started
/// @param effort how long was measured
/// @param date the day, in UTC
public record Environment(String command, String machine, String jvm, String flags,
        String effort, String date) {

    /// This machine and this JVM.
    ///
    /// @param command the command line
    public static Environment here(String command, Effort effort) {
        return new Environment(command, thisMachine(), thisJvm(),
                String.join(" ", JmhForks.JVM_ARGS),
                String.format(Locale.ROOT, "%d forks of %d + %d iterations of %d ms",
                        effort.forks(), effort.warmups(), effort.iterations(),
                        effort.iterationMillis()),
                LocalDate.now(ZoneOffset.UTC).toString());
    }

    private static String thisMachine() {
        return String.format(Locale.ROOT, "%s, %d CPUs, %s, %s %s",
                field("/proc/cpuinfo", "model name"), Runtime.getRuntime().availableProcessors(),
                field("/proc/meminfo", "MemTotal"), System.getProperty("os.name"),
                System.getProperty("os.version"));
    }

    private static String thisJvm() {
        return System.getProperty("java.vendor.version", System.getProperty("java.vendor")) + ", "
                + System.getProperty("java.vm.name") + " " + Runtime.version();
    }

    private static String field(String file, String name) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name)).findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse(System.getProperty("os.arch", "unknown"));
        } catch (IOException notLinux) {
            return System.getProperty("os.arch", "unknown");
        }
    }
}
