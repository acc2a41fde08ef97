package org.kmemlab.bench.suite;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.kmemlab.lab.malloc.MallocFamily;
import org.kmemlab.lab.malloc.RoomForTls;

/// The patterns in a C program of ours, compiled where they run: what a malloc costs without a JVM.
final class NativeLoop implements AutoCloseable {

    private static final String SOURCE = "native_loop.c";

    private final Path folder;
    private final Path program;

    private NativeLoop(Path folder, Path program) {
        this.folder = folder;
        this.program = program;
    }

    /// Compiles the program with the system's `cc`; nothing if there is none.
    static Optional<NativeLoop> compile() throws IOException {
        Path folder = Files.createTempDirectory("kmemlab-native");
        Path source = folder.resolve(SOURCE);
        Path program = folder.resolve("native_loop");
        NativeLoop loop = new NativeLoop(folder, program);
        try (InputStream in = NativeLoop.class.getResourceAsStream(SOURCE)) {
            Files.copy(Objects.requireNonNull(in), source);
        }
        try {
            output(List.of("cc", "-O2", "-o", program.toString(), source.toString(), "-ldl"));
            return Optional.of(loop);
        } catch (IOException noCompiler) {
            loop.close();
            return Optional.empty();
        }
    }

    /// Runs a job in a process of its own.
    ///
    /// @throws IOException if it fails; the message is the program's
    Sample run(Job job, Effort effort) throws IOException {
        MallocFamily family = job.contender().family().orElseThrow();
        List<String> names = family.libraries().isEmpty() ? List.of("-") : family.libraries();
        IOException failure = new IOException("no library");
        for (String library : names) {
            try {
                return sample(output(List.of(program.toString(), library, family.mallocName(),
                        family.freeName(), job.pattern().id(), Integer.toString(job.bytes()),
                        Integer.toString(effort.warmups()),
                        Integer.toString(effort.iterations()),
                        Integer.toString(effort.iterationMillis()))));
            } catch (IOException absent) {
                failure = absent;
            }
        }
        throw failure;
    }

    private static Sample sample(String lines) {
        List<Double> cpu = new ArrayList<>();
        List<Double> wall = new ArrayList<>();
        lines.lines().forEach(line -> {
            String[] words = line.split(" ", 2);
            cpu.add(Double.valueOf(words[0]));
            wall.add(Double.valueOf(words[1]));
        });
        return new Sample(Figure.median(cpu.stream().sorted().toList()),
                Figure.median(wall.stream().sorted().toList()), Double.NaN);
    }

    private static String output(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put(RoomForTls.VARIABLE, RoomForTls.VALUE);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(command.getFirst() + ": " + text.strip());
            }
        } catch (InterruptedException interrupted) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
        return text;
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(program);
        Files.deleteIfExists(folder.resolve(SOURCE));
        Files.deleteIfExists(folder);
    }
}
