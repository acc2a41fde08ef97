package org.kmemlab.lab.malloc;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.metric.RunResult;
import org.kmemlab.lab.stream.RequestStream;

/// Lets a C allocator serve a stream in a process of its own.
public final class MallocRun {

    /// The heap is small, of fixed size and touched at the start, so that only other memory grows;
    /// the compiler that needs least memory is enough.
    private static final List<String> JVM_ARGS = List.of("-Xms64m", "-Xmx64m",
            "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED");

    private MallocRun() {
    }

    /// Plays a stream to its end.
    ///
    /// @param events how many requests it has
    /// @param cpus how many CPUs it names
    /// @param samples how many rows of measures are wanted
    /// @throws IOException if the process cannot be started or dies; the message is what it said
    public static RunResult run(MallocFamily family, RequestStream stream, long events, int cpus,
            int samples) throws IOException {
        Process process = start(family, events, cpus, samples);
        try (DataOutputStream requests = new DataOutputStream(
                new BufferedOutputStream(process.getOutputStream()))) {
            RequestPipe.send(stream, requests);
        } catch (InputException damaged) {
            process.destroyForcibly();
            throw damaged;
        } catch (IOException stopped) {
            // It ends early when it has found a problem; its output tells, or the lack of it.
        }
        return ResultText.parse(output(process).lines().toList());
    }

    private static Process start(MallocFamily family, long events, int cpus, int samples)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_ARGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"),
                MallocPlayer.class.getName(), family.name(), Long.toString(events),
                Integer.toString(cpus), Integer.toString(samples)));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put(RoomForTls.VARIABLE, RoomForTls.VALUE);
        return builder.start();
    }

    private static String output(Process process) throws IOException {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            int exit = process.waitFor();
            if (exit != 0) {
                throw new IOException("exit code " + exit + ": " + text.strip());
            }
        } catch (InterruptedException interrupted) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
        return text;
    }
}
