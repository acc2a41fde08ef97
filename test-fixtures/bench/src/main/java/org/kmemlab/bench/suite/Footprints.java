package org.kmemlab.bench.suite;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.kmemlab.bench.pool.Contender;
import org.kmemlab.bench.pool.Contender.Camp;
import org.kmemlab.bench.pool.Contender.Shape;
import org.kmemlab.lab.malloc.RoomForTls;

/// Measures memory: each contender in a process of its own, see [FootprintProbe].
public final class Footprints {

    private static final int USUAL_BYTES = 64;

    private Footprints() {
    }

    /// Who can be asked: those who hold objects of 64 bytes, and the page allocator.
    public static List<Contender> contenders() {
        List<Contender> asked = new ArrayList<>();
        for (Contender contender : Contender.values()) {
            boolean holds = contender.shape() == Shape.ADDRESS || contender.shape() == Shape.HANDLE
                    || contender.shape() == Shape.PAGES;
            if (holds && contender.camp() != Camp.HARNESS && contender != Contender.ARENA_SHARED
                    && contender != Contender.LIVE_PAGES
                    && contender.family().flatMap(family -> family.unavailable()).isEmpty()) {
                asked.add(contender);
            }
        }
        return asked;
    }

    /// Measures one; nothing where the system does not tell (it must have `/proc`).
    public static Optional<Footprint> of(Contender contender) throws IOException {
        int bytes = contender.shape() == Shape.PAGES ? 0 : USUAL_BYTES;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JmhForks.JVM_ARGS);
        command.addAll(List.of("-XX:+AlwaysPreTouch", "-cp",
                System.getProperty("java.class.path"), FootprintProbe.class.getName(),
                contender.name(), Integer.toString(bytes)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put(RoomForTls.VARIABLE, RoomForTls.VALUE);
        Process process = builder.start();
        String[] words = new String(process.getInputStream().readAllBytes(),
                StandardCharsets.UTF_8).strip().split(" ", 2);
        return words.length != 2 ? Optional.empty()
                : Optional.of(new Footprint(contender, bytes, Double.parseDouble(words[0]),
                        Double.parseDouble(words[1])));
    }
}
