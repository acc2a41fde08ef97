package org.kmemlab.machine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The machine's log, as `dmesg` shows it: the newest lines in a ring, without time stamps.
///
/// Safe for use by several Java threads at once; the lines of one text stay together.
public final class KernelLog {

    /// How many lines the ring keeps.
    public static final int CAPACITY_LINES = 16_384;

    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private Consumer<String> listener = line -> {};

    KernelLog() {
    }

    /// Appends text, split into lines.
    public synchronized void print(String text) {
        text.lines().forEach(this::append);
    }

    private void append(String line) {
        if (lines.size() == CAPACITY_LINES) {
            lines.removeFirst();
        }
        lines.addLast(line);
        listener.accept(line);
    }

    /// The lines it holds, oldest first.
    public synchronized List<String> lines() {
        return new ArrayList<>(lines);
    }

    /// Calls `listener` with each later line; replaces the former listener.
    public synchronized void onLine(Consumer<String> newListener) {
        listener = newListener;
    }

    /// Forgets all lines.
    public synchronized void clear() {
        lines.clear();
    }
}
