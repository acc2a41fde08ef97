package org.kmemlab.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.ClosedException;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;
import org.kmemlab.lab.proc.SlabinfoRow;

/// Shows caches on a terminal until somebody presses `q`.
final class SlabtopScreen {

    /// How long a change of the window's size may stay unnoticed.
    private static final long SLICE_MILLIS = 100;
    private static final int END_OF_INPUT = -1;
    /// An escape sequence goes on within this time; its letters are no commands.
    private static final long SEQUENCE_MILLIS = 20;
    private static final char ESCAPE = 27;

    private final Terminal terminal;
    private final SlabtopSource source;
    private final long delayMillis;
    private final AttributedStyle head;
    private final Display display;
    private final AtomicBoolean interrupted = new AtomicBoolean();
    private SlabtopOrder order;
    private Size size;

    /// @param delayMillis how long the same figures are shown
    /// @param coloured whether the names of the columns stand out
    SlabtopScreen(Terminal terminal, SlabtopSource source, SlabtopOrder order, long delayMillis,
            boolean coloured) {
        this.terminal = terminal;
        this.source = source;
        this.order = order;
        this.delayMillis = delayMillis;
        head = coloured ? AttributedStyle.INVERSE : AttributedStyle.DEFAULT;
        display = new Display(terminal, true);
        size = terminal.getSize();
    }

    /// Shows the caches again and again. The terminal is as before afterwards.
    void run() throws IOException {
        terminal.handle(Signal.INT, _ -> interrupted.set(true));
        Attributes before = terminal.enterRawMode();
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.cursor_invisible);
        try {
            boolean quits = false;
            while (!quits) {
                source.advance();
                quits = look(source.rows());
            }
        } finally {
            terminal.puts(Capability.cursor_visible);
            terminal.puts(Capability.exit_ca_mode);
            terminal.setAttributes(before);
            terminal.flush();
        }
    }

    /// Shows figures until the delay is over or the space bar asks for new ones.
    ///
    /// @return whether somebody wants to quit
    private boolean look(List<SlabinfoRow> rows) throws IOException {
        draw(rows);
        NonBlockingReader keys = terminal.reader();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMillis);
        for (long left = delayMillis; left > 0; left = millisUntil(end)) {
            int key = read(keys, Math.min(left, SLICE_MILLIS));
            if (key == ESCAPE) {
                skipSequence(keys);
            } else if (isQuit(key)) {
                return true;
            } else if (key == ' ') {
                return false;
            }
            SlabtopOrder wanted = SlabtopOrder.of(key).orElse(order);
            if (wanted != order || !terminal.getSize().equals(size)) {
                order = wanted;
                draw(rows);
            }
        }
        return false;
    }

    private static int read(NonBlockingReader keys, long millis) throws IOException {
        try {
            return keys.read(millis);
        } catch (ClosedException gone) {
            return END_OF_INPUT;
        }
    }

    /// Arrow keys and the like send several characters.
    private static void skipSequence(NonBlockingReader keys) throws IOException {
        int more;
        do {
            more = read(keys, SEQUENCE_MILLIS);
        } while (more >= 0);
    }

    private boolean isQuit(int key) {
        return key == 'q' || key == 'Q' || key == END_OF_INPUT || interrupted.get();
    }

    private static long millisUntil(long nanoTime) {
        return TimeUnit.NANOSECONDS.toMillis(nanoTime - System.nanoTime());
    }

    private void draw(List<SlabinfoRow> rows) {
        if (!terminal.getSize().equals(size)) {
            size = terminal.getSize();
            display.clear();
        }
        display.resize(size);
        SlabtopTable table = new SlabtopTable(rows, order);
        List<AttributedString> lines = new ArrayList<>();
        table.sums().forEach(line -> lines.add(fit(line, AttributedStyle.DEFAULT)));
        lines.add(fit(source.status(), AttributedStyle.DEFAULT));
        lines.add(fit(SlabtopTable.COLUMNS, head));
        table.lines().forEach(line -> lines.add(fit(line, AttributedStyle.DEFAULT)));
        display.update(lines.subList(0, Math.min(lines.size(), size.getRows())), 0);
    }

    private AttributedString fit(String line, AttributedStyle style) {
        return new AttributedString(line, style).columnSubSequence(0, size.getColumns());
    }
}
