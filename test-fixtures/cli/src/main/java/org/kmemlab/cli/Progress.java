package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.RecordedFile;

/// Shows on a terminal how far a file was read, if reading it takes longer than a second.
final class Progress {

    private static final int DELAY_MILLIS = 1_000;
    private static final int STEP_MILLIS = 200;
    private static final int WIDTH_COLUMNS = 79;
    private static final int BYTES_PER_MIB = 1 << 20;

    private final @Nullable ScheduledExecutorService timer;
    private final RecordedFile file;
    private @Nullable ProgressBar bar;

    private Progress(RecordedFile file, @Nullable ScheduledExecutorService timer) {
        this.file = file;
        this.timer = timer;
    }

    /// Watches a file that is being read; does nothing if standard error is no terminal.
    ///
    /// @param off whether the user wants none
    static Progress of(RecordedFile file, boolean off) {
        if (off || file.sizeBytes() <= 0 || !isTerminal()) {
            return new Progress(file, null);
        }
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("progress").factory());
        Progress progress = new Progress(file, timer);
        var _ = timer.scheduleAtFixedRate(progress::show, DELAY_MILLIS, STEP_MILLIS,
                TimeUnit.MILLISECONDS);
        return progress;
    }

    /// Java tells only about standard input and output together, so Linux is asked; elsewhere there
    /// is no bar.
    static boolean isTerminal() {
        try {
            Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/2"));
            return target.startsWith("/dev/pts") || target.toString().startsWith("/dev/tty")
                    || target.equals(Path.of("/dev/console"));
        } catch (IOException | UnsupportedOperationException noSuchSystem) {
            return false;
        }
    }

    private void show() {
        ProgressBar shown = bar;
        if (shown == null) {
            shown = new ProgressBarBuilder().setTaskName("replay")
                    .setInitialMax(file.sizeBytes()).setUnit(" MiB", BYTES_PER_MIB)
                    .setStyle(ProgressBarStyle.ASCII).setUpdateIntervalMillis(STEP_MILLIS)
                    .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH_COLUMNS)).build();
            bar = shown;
        }
        shown.stepTo(file.bytesRead());
    }

    /// Stops watching and leaves the line of the bar.
    void close() {
        if (timer != null) {
            timer.close();
            if (bar != null) {
                bar.close();
            }
        }
    }
}
