package org.kmemlab.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.trace.TraceCursor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Shows caches while a trace is replayed, or those of this computer.
@Command(name = "slabtop",
        description = {
            "Shows the caches of a machine while a trace is replayed on it, like slabtop of procps:"
                    + " its columns, its letters, its output. With --host those of the kernel that"
                    + " this computer runs.",
            "Keys: a letter of --sort chooses the order, the space bar goes on at once, q quits."
                    + " Where standard output is no terminal, or with --once, the table is printed"
                    + " once: at the end of the trace, or now."},
        footer = {"  kmemlab slabtop --speed 500", "  kmemlab slabtop --trace trace.txt.gz -s c",
            "  kmemlab slabtop --trace FOLDER --once", "  sudo kmemlab slabtop --host -d 1"})
final class SlabtopCommand extends StandardCommand {

    private static final int MOST_SECONDS = 3_600;
    private static final double LEAST_SECONDS = 0.01;
    private static final int MILLIS = 1_000;
    private static final int MOST_SPEED = 1_000_000_000;
    private static final String SLABINFO = "proc/slabinfo";

    @Option(names = "--trace", paramLabel = "FILE|DIR",
            description = "The trace, or a folder with trace.txt and the state.txt that it starts"
                    + " from; a small real one comes with kmemlab and is used without this.")
    @Nullable
    private Path trace;

    @Option(names = "--speed", paramLabel = "N", converter = WholeNumber.class,
            description = "Replay N events each second (default 200).")
    @Nullable
    private Long speed;

    @Option(names = "--host", description = "Show this computer's /proc/slabinfo.")
    private boolean host;

    @Option(names = "--root", paramLabel = "DIR",
            description = "With --host: where proc is found, for a copy of another computer's file"
                    + " (default /).")
    @Nullable
    private Path root;

    @Option(names = {"-d", "--delay"}, paramLabel = "SECONDS",
            description = "Look again after so many seconds (default 3).")
    @Nullable
    private Double delay;

    @Option(names = {"-s", "--sort"}, paramLabel = "LETTER", defaultValue = "o",
            description = "Sort by: a objects in use, b objects of a slab, c memory, l slabs,"
                    + " v slabs in use, n name, o objects, p pages of a slab, s size of an object,"
                    + " u part in use (default ${DEFAULT-VALUE}).")
    private String sort;

    @Option(names = {"-o", "--once"}, description = "Print the table once.")
    private boolean once;

    @Mixin
    private MachineOptions machineOptions;

    @Override
    public Integer call() throws IOException {
        SlabtopOrder order = order();
        double seconds = seconds();
        long eventsEachSecond = eventsEachSecond();
        boolean live = !once && isTerminal();
        if (host) {
            show(new HostSlabinfo((root == null ? Path.of("/") : root).resolve(SLABINFO)), order,
                    seconds, live);
            return ExitCode.GOOD;
        }
        ReplaySource source = ReplaySource.at(trace, machineOptions);
        long atOnce = live ? Math.max(1, Math.round(eventsEachSecond * seconds)) : Long.MAX_VALUE;
        try (ReplaySession session = source.start(err());
                TraceCursor cursor = new TraceCursor(source.open(1))) {
            show(new ReplaySlabinfo(session, cursor, atOnce), order, seconds, live);
        }
        return ExitCode.GOOD;
    }

    private void show(SlabtopSource source, SlabtopOrder order, double seconds, boolean live)
            throws IOException {
        if (!live) {
            source.advance();
            new SlabtopTable(source.rows(), order).text().forEach(out()::println);
            return;
        }
        // What cannot be read is told before the screen is cleared.
        source.rows();
        try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
            new SlabtopScreen(terminal, source, order, Math.round(seconds * MILLIS),
                    System.getenv("NO_COLOR") == null).run();
        }
    }

    private SlabtopOrder order() {
        return SlabtopOrder.of(sort.length() == 1 ? sort.charAt(0) : 0)
                .orElseThrow(() -> usage("--sort " + sort + ": expected one of "
                        + Arrays.stream(SlabtopOrder.values())
                                .map(order -> String.valueOf(order.letter()))
                                .collect(Collectors.joining(", "))));
    }

    private double seconds() {
        if (delay == null) {
            return 3;
        }
        if (once) {
            throw usage("--delay and --once exclude each other");
        }
        if (!(delay >= LEAST_SECONDS && delay <= MOST_SECONDS)) {
            throw usage("--delay " + delay + ": expected " + LEAST_SECONDS + " to " + MOST_SECONDS
                    + " seconds");
        }
        return delay;
    }

    private long eventsEachSecond() {
        if (root != null && !host) {
            throw usage("--root is where --host looks");
        }
        if (host && (trace != null || speed != null || machineOptions.isGiven())) {
            throw usage("--host shows this computer: no trace, no speed, no other machine");
        }
        return speed == null ? 200
                : WholeNumber.within(speed, 1, MOST_SPEED, "--speed", " events each second");
    }

    /// Whether somebody looks and can press keys.
    @SuppressWarnings("SystemConsoleNull") // Java 25 returns null again where there is no terminal.
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
