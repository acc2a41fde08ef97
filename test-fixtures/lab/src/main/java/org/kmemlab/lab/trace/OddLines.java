package org.kmemlab.lab.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.Bytes;

/// Sorts and counts the lines that are no event: comments, call stacks, loss marks, garbage.
final class OddLines {

    /// How many unreadable lines are remembered with their reason.
    private static final int MAX_REMEMBERED = 20;
    private static final byte[] CPUS = {'#', 'P', ':'};
    private static final byte[] CPU = {'C', 'P', 'U'};
    private static final byte[] LOST = {'[', 'L', 'O', 'S', 'T', ' '};

    private final List<TraceCounts.BadLine> remembered = new ArrayList<>();
    private int announcedCpus;
    private boolean inStack;

    long comments;
    long stackLines;
    long lossMarks;
    long lostEvents;
    long unparsable;

    /// Counts the line if it is empty or a comment.
    boolean takesAsComment(byte[] bytes, int from, int to) {
        if (from < to && bytes[from] != '#') {
            return false;
        }
        int at = find(CPUS, bytes, from, to);
        if (at < to) {
            announcedCpus = Math.max(announcedCpus, number(bytes, at + CPUS.length, to));
        }
        comments++;
        inStack = inStack && from < to;
        return true;
    }

    /// Says that the last line was an event, so that its call stack may follow.
    void eventSeen() {
        inStack = true;
    }

    /// Counts a line that is no event.
    void take(long lineNumber, byte[] bytes, int from, int to, LineProblem problem) {
        int start = Bytes.skipBlanks(bytes, from, to);
        int lost = startsWith(CPU, bytes, from, to) ? find(LOST, bytes, from, to) : to;
        if (lost < to) {
            lossMarks++;
            lostEvents += number(bytes, lost + LOST.length, to);
        } else if (inStack && isStackLine(bytes, from, start, to)) {
            stackLines++;
        } else {
            unparsable(lineNumber, problem, null);
        }
    }

    /// Counts a line that cannot be read.
    ///
    /// @param field the field that is wrong, if it is one
    void unparsable(long lineNumber, LineProblem problem, @Nullable TraceField field) {
        unparsable++;
        inStack = false;
        if (remembered.size() < MAX_REMEMBERED) {
            String where = field == null ? "" : "field " + field.key() + ": ";
            remembered.add(new TraceCounts.BadLine(lineNumber, where + problem.text()));
        }
    }

    /// `<tab>ffffffff81234567 function+0x1 (module)` of perf, ` => function` of tracefs.
    private static boolean isStackLine(byte[] bytes, int from, int start, int to) {
        if (start == from || start == to) {
            return false;
        }
        if (bytes[start] == '=' && start + 1 < to && bytes[start + 1] == '>') {
            return true;
        }
        int at = start;
        while (at < to && Bytes.hexDigit(bytes[at]) >= 0) {
            at++;
        }
        return at > start && at - start <= 16 && at < to && bytes[at] == ' ';
    }

    private static boolean startsWith(byte[] text, byte[] bytes, int from, int to) {
        return to - from >= text.length
                && Arrays.equals(text, 0, text.length, bytes, from, from + text.length);
    }

    private static int find(byte[] text, byte[] bytes, int from, int to) {
        int at = Bytes.indexOf(bytes, text[0], from, to);
        while (at < to && !startsWith(text, bytes, at, to)) {
            at = Bytes.indexOf(bytes, text[0], at + 1, to);
        }
        return at;
    }

    /// The number that starts at `from`; 0 if none does or it is absurd.
    private static int number(byte[] bytes, int from, int to) {
        int number = 0;
        for (int at = from; at < to && Bytes.isDigit(bytes[at]); at++) {
            if (at - from > 8) {
                return 0;
            }
            number = number * 10 + bytes[at] - '0';
        }
        return number;
    }

    /// CPUs of the recording machine by the header; 0 if it does not say.
    int announcedCpus() {
        return announcedCpus;
    }

    List<TraceCounts.BadLine> remembered() {
        return remembered;
    }
}
