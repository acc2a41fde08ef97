package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;
import org.junit.jupiter.api.Test;
import org.kmemlab.lab.trace.TraceCursor;

/// If it failed, the live view would ignore keys, hang, or leave the terminal in disorder.
class SlabtopScreenTest {

    private static final int EVENTS_AT_ONCE = 500;
    private static final long LONG_MILLIS = 600_000;
    private static final String LEAVE_SCREEN = "\u001b[?1049l";
    private static final String SHOW_CURSOR = "\u001b[?12;25h";

    /// Types keys at the view of a replay and hands back what the terminal got.
    ///
    /// @param stays whether the other end is still there after the last key
    private static String type(String keys, boolean coloured, boolean stays) throws IOException {
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        ReplaySource source = ReplaySource.at(null, new MachineOptions());
        PipedOutputStream keyboard = new PipedOutputStream();
        try (Terminal terminal = new ExternalTerminal("test", "xterm",
                new PipedInputStream(keyboard), screen, StandardCharsets.UTF_8);
                ReplaySession session = source.start(new PrintWriter(new StringWriter()));
                TraceCursor cursor = new TraceCursor(source.open(1))) {
            terminal.setSize(Size.of(100, 30));
            keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
            keyboard.flush();
            if (!stays) {
                keyboard.close();
            }
            new SlabtopScreen(terminal, new ReplaySlabinfo(session, cursor, EVENTS_AT_ONCE),
                    SlabtopOrder.OBJECTS, LONG_MILLIS, coloured).run();
            session.slabs().validate();
        }
        return screen.toString(StandardCharsets.UTF_8);
    }

    private static String type(String keys, boolean coloured) throws IOException {
        return type(keys, coloured, true);
    }

    /// The view would not end, and the shell be left on its screen and without a cursor.
    @Test
    void q_leavesTheTerminalAsItWas() throws IOException {
        assertThat(type("q", true)).contains("Active / Total Objects (% used)", "OBJ/SLAB",
                "event 500 of 2,710").contains(SHOW_CURSOR + LEAVE_SCREEN);
    }

    /// The space bar would not go on before the delay is over, or replay nothing.
    @Test
    void space_replaysTheNextEvents() throws IOException {
        String once = type("q", false);
        String thrice = type("  Q", false);

        assertThat(once).contains("event 500 of");
        assertThat(thrice.length()).isGreaterThan(once.length());
    }

    /// A key would show another order than its letter, or arrow keys sort by chance.
    @Test
    void letter_sorts_andOthersAreIgnored() throws IOException {
        String quiet = type("!q", false);
        String sorted = type("!nq", false);

        assertThat(quiet).doesNotContain("Acpi-").contains("kmalloc");
        assertThat(sorted.length()).isGreaterThan(quiet.length());
    }

    /// A terminal whose other end is gone would be drawn on for ever.
    @Test
    void endOfInput_quits() throws IOException {
        assertThat(type("", false, false)).contains(LEAVE_SCREEN);
    }

    /// Somebody who wants no colours would get them.
    @Test
    void plain_hasNoInverseLine() throws IOException {
        assertThat(type("q", true)).contains("\u001b[7m");
        assertThat(type("q", false)).doesNotContain("\u001b[7m");
    }
}
