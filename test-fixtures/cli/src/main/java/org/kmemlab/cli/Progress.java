package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.compare.Comparison;
import org.kmemlab.lab.faults.Campaign;
import org.kmemlab.lab.input.RecordedFile;

/// Shows on a terminal how far long work has come, if it takes longer than a second.
final class Progress {

    private static final int DELAY_MILLIS = 1_000;
    private static final int STEP_MILLIS = 200;
    private static final int WIDTH_COLUMNS = 79;
    private static final int BYTES_PER_MIB = 1 << 20;

    /// Work that is being watched.
    ///
    /// @param name what the bar is called
    /// @param all how much there is to do; 0 while that is not known
    /// @param done how much is done
    /// @param unit what is counted, with a leading space
    /// @param unitSize how many make one of these
    private record Watched(String name, LongSupplier all, LongSupplier done, String unit,
            long unitSize) {}

    private final @Nullable ScheduledExecutorService timer;
    private final Watched work;
    private @Nullable ProgressBar bar;

    private Progress(Watched work, @Nullable ScheduledExecutorService timer) {
        this.work = work;
        this.timer = timer;
    }

    /// Watches a file that is being read; does nothing if standard error is no terminal.
    ///
    /// @param off whether the user wants none
    static Progress of(RecordedFile file, boolean off) {
        return of(new Watched("replay", file::sizeBytes, file::bytesRead, " MiB", BYTES_PER_MIB),
                off || file.sizeBytes() <= 0);
    }

    /// Watches a campaign; does nothing if standard error is no terminal.
    ///
    /// @param off whether the user wants none
    static Progress of(Campaign campaign, boolean off) {
        return of(new Watched("faults", campaign::units, campaign::unitsDone, " units", 1), off);
    }

    /// Watches a comparison; does nothing if standard error is no terminal.
    ///
    /// @param off whether the user wants none
    static Progress of(Comparison comparison, boolean off) {
        return of(new Watched("compare", comparison::events, comparison::eventsDone,
                " thousand requests", 1000), off);
    }

    private static Progress of(Watched work, boolean off) {
        if (off || !isTerminal()) {
            return new Progress(work, null);
        }
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("progress").factory());
        Progress progress = new Progress(work, timer);
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
            if (work.all.getAsLong() == 0) {
                return;
            }
            shown = new ProgressBarBuilder().setTaskName(work.name)
                    .setInitialMax(work.all.getAsLong()).setUnit(work.unit, work.unitSize)
                    .setStyle(ProgressBarStyle.ASCII).setUpdateIntervalMillis(STEP_MILLIS)
                    .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH_COLUMNS)).build();
            bar = shown;
        }
        shown.stepTo(work.done.getAsLong());
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
