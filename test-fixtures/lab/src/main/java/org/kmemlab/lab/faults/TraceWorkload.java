package org.kmemlab.lab.faults;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;

import org.kmemlab.api.Kernel;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.replay.ReplayMachine;
import org.kmemlab.lab.replay.TraceReplay;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceSurvey;
import org.kmemlab.lab.workload.Calls;
import org.kmemlab.lab.workload.Workload;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;

/// A recorded trace as a workload: whatever its events allocate may fail, and is then not freed
/// either; in the end everything that is left is. It has no error path of its own, so it tries those
/// of the allocators.
public final class TraceWorkload implements Workload {

    private static final int BYTES_MAX = 64 << 20;
    private static final int CHUNK_BYTES = 1 << 20;

    private final String name;
    private final byte[] text;
    private final MachineConfig machine;

    private TraceWorkload(String name, byte[] text, MachineConfig machine) {
        this.name = name;
        this.text = text;
        this.machine = machine;
    }

    /// Reads a trace, plain or gz.
    ///
    /// @throws InputException if there is no event in it, or more text than can be replayed hundreds
    ///         of times
    public static TraceWorkload read(Path file) throws IOException {
        // Opened as every trace is, so that what is no file gets the same answer.
        try (TraceCursor probe = new TraceCursor(RecordedFile.open(file))) {
            TraceSurvey survey = TraceSurvey.of(probe);
            if (survey.counts().events() == 0) {
                throw new InputException(file.toString(), -1,
                        "no kmem event in its " + survey.counts().lines() + " lines");
            }
            return new TraceWorkload(file.toString(), text(file),
                    ReplayMachine.config(survey, KernelProfile.LINUX_6_1));
        }
    }

    private static byte[] text(Path file) throws IOException {
        byte[] raw = Files.readAllBytes(file);
        boolean gzip = raw.length > 2 && raw[0] == 0x1f && raw[1] == (byte) 0x8b;
        try (InputStream in = gzip ? new GZIPInputStream(new ByteArrayInputStream(raw))
                : new ByteArrayInputStream(raw)) {
            byte[] text = in.readNBytes(BYTES_MAX + 1);
            if (text.length > BYTES_MAX) {
                throw new InputException(file.toString(), -1, "more than " + (BYTES_MAX >> 20)
                        + " MiB of text, too much to replay for each of its allocations: cut it");
            }
            return text;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return "the events of a trace";
    }

    @Override
    public MachineConfig machine() {
        return machine;
    }

    @Override
    public void run(Kernel kernel, SplittableRandom random, Calls calls) {
        boolean _ = calls.make(() -> {
            TraceReplay replay = new TraceReplay(kernel.slab());
            try (TraceCursor cursor = new TraceCursor(
                    RecordedFile.of(name, text, CHUNK_BYTES))) {
                replay.run(cursor);
            } catch (IOException damaged) {
                throw new UncheckedIOException(damaged);
            }
            replay.freeAll();
            return true;
        });
    }
}
