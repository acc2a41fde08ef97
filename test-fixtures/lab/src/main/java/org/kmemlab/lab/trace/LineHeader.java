package org.kmemlab.lab.trace;

import java.util.Arrays;

import org.kmemlab.lab.input.Bytes;

/// The part of a line before the event's fields: task, CPU, flags, time and the event's name.
///
/// ```text
///   tracefs:      kworker/0:1-e [x]-33      (  33) [000] d.h1.     3.219617: kfree: ptr=...
///   perf script:  Web Content  123/124  [001]  1234.567890:  1  kmem:kfree: ptr=...
///                 comm         pid      cpu    flags, time      event
/// ```
///
/// A task name may hold anything, also what looks like a CPU column; the first place where a whole
/// header fits is taken, after trying the column where the last line had it.
final class LineHeader {

    private static final int MAX_CPU = 1 << 16;
    private static final int MAX_FLAGS = 8;
    private static final int NANO_DIGITS = 9;
    private static final byte[] KMEM = {'k', 'm', 'e', 'm'};

    private final EventRecord event;
    /// Where the last line had its `[`; where tracefs has it at the start.
    private int bracketColumn = 25;

    /// Where the task's name ends; it starts at the line's start, blanks around it not counted.
    int taskTo;
    int eventFrom;
    int eventTo;
    /// Whether the event is of the `kmem` group, or of none that is named.
    boolean kmem;
    int fieldsFrom;

    LineHeader(EventRecord event) {
        this.event = event;
    }

    /// Where the next line will probably have its `[`, counted from its start.
    int bracketColumn() {
        return bracketColumn;
    }

    /// Reads the header of `bytes[from .. to)`.
    LineProblem parse(byte[] bytes, int from, int to) {
        int guess = from + bracketColumn;
        LineProblem problem = LineProblem.NOT_AN_EVENT;
        if (guess < to && bytes[guess] == '[') {
            problem = parseAt(bytes, from, guess, to);
        }
        int open = from;
        while (problem != LineProblem.NONE) {
            open = Bytes.indexOf(bytes, (byte) '[', open + 1, to);
            if (open >= to) {
                return problem;
            }
            LineProblem here = parseAt(bytes, from, open, to);
            if (here == LineProblem.NONE) {
                bracketColumn = open - from;
            }
            problem = here == LineProblem.NOT_AN_EVENT ? problem : here;
        }
        return LineProblem.NONE;
    }

    private LineProblem parseAt(byte[] bytes, int from, int open, int to) {
        int close = readCpu(bytes, open + 1, to);
        if (close < 0 || !readTask(bytes, from, open)) {
            return LineProblem.NOT_AN_EVENT;
        }
        int at = Bytes.skipBlanks(bytes, close + 1, to);
        at = readFlags(bytes, at, to);
        at = at < 0 ? at : readTime(bytes, at, to);
        if (at < 0) {
            return LineProblem.NO_TIME;
        }
        return readEvent(bytes, at, to) ? LineProblem.NONE : LineProblem.NO_EVENT;
    }

    /// @return where the `]` is; -1 if this is no CPU column
    private int readCpu(byte[] bytes, int from, int to) {
        int number = 0;
        int at = from;
        while (at < to && Bytes.isDigit(bytes[at]) && number < MAX_CPU) {
            number = number * 10 + bytes[at] - '0';
            at++;
        }
        boolean good = at > from && at + 1 < to && bytes[at] == ']' && bytes[at + 1] == ' '
                && number < MAX_CPU;
        event.cpu = number;
        return good ? at : -1;
    }

    /// Reads backwards from the `[`: thread group, pid, and what is left is the task's name.
    boolean readTask(byte[] bytes, int from, int open) {
        int at = Bytes.skipBlanksBack(bytes, from, open);
        if (at == open) {
            return false;
        }
        if (at > from && bytes[at - 1] == ')') {
            at = skipThreadGroup(bytes, from, at);
        }
        int start = numberStart(bytes, from, at);
        if (start == at || start == from || at - start > 10) {
            return false;
        }
        long number = decimal(bytes, start, at);
        int before = start - 1;
        if (bytes[before] == '/') {
            int group = numberStart(bytes, from, before);
            if (group == before || group == from) {
                return false;
            }
            before = group - 1;
        }
        if ((bytes[before] != '-' && bytes[before] != ' ') || number > Integer.MAX_VALUE) {
            return false;
        }
        event.pid = (int) number;
        taskTo = before;
        return true;
    }

    private static int skipThreadGroup(byte[] bytes, int from, int to) {
        int at = to - 1;
        while (at > from && (Bytes.isDigit(bytes[at - 1]) || bytes[at - 1] == ' '
                || bytes[at - 1] == '-')) {
            at--;
        }
        return at > from && bytes[at - 1] == '(' ? Bytes.skipBlanksBack(bytes, from, at - 1) : to;
    }

    private static int numberStart(byte[] bytes, int from, int to) {
        int at = to;
        while (at > from && Bytes.isDigit(bytes[at - 1])) {
            at--;
        }
        return at;
    }

    private static long decimal(byte[] bytes, int from, int to) {
        long number = 0;
        for (int at = from; at < to; at++) {
            number = number * 10 + bytes[at] - '0';
        }
        return number;
    }

    /// Reads the flag column if there is one.
    private int readFlags(byte[] bytes, int from, int to) {
        event.flags = 0;
        if (from >= to || Bytes.isDigit(bytes[from])) {
            return from;
        }
        int at = from;
        while (at < to && bytes[at] != ' ') {
            if (at - from == MAX_FLAGS) {
                return -1;
            }
            event.flags |= (bytes[at] & 0xffL) << ((at - from) * Byte.SIZE);
            at++;
        }
        return Bytes.skipBlanks(bytes, at, to);
    }

    /// Reads seconds with up to nine decimals, and the `: ` after them.
    private int readTime(byte[] bytes, int from, int to) {
        long number = 0;
        int decimals = -1;
        int at = from;
        while (at < to && number < Long.MAX_VALUE / 100) {
            byte character = bytes[at];
            if (Bytes.isDigit(character)) {
                number = number * 10 + character - '0';
                decimals += decimals >= 0 ? 1 : 0;
            } else if (character == '.' && decimals < 0 && at > from) {
                decimals = 0;
            } else {
                break;
            }
            at++;
        }
        if (at == from || at + 1 >= to || bytes[at] != ':' || bytes[at + 1] != ' '
                || decimals > NANO_DIGITS) {
            return -1;
        }
        for (int digits = Math.max(0, decimals); digits < NANO_DIGITS; digits++) {
            number *= 10;
        }
        event.timeNanos = number;
        return at + 2;
    }

    /// Reads `[count] [group:]name:`.
    private boolean readEvent(byte[] bytes, int from, int to) {
        int at = Bytes.skipBlanks(bytes, from, to);
        int afterCount = at;
        while (afterCount < to && Bytes.isDigit(bytes[afterCount])) {
            afterCount++;
        }
        if (afterCount > at && afterCount < to && bytes[afterCount] == ' ') {
            at = Bytes.skipBlanks(bytes, afterCount, to);
        }
        int colon = Bytes.indexOf(bytes, (byte) ':', at, to);
        boolean grouped = colon + 1 < to && bytes[colon + 1] > ' ';
        kmem = !grouped;
        if (grouped) {
            kmem = Arrays.equals(KMEM, 0, KMEM.length, bytes, at, colon);
            at = colon + 1;
            colon = Bytes.indexOf(bytes, (byte) ':', at, to);
        }
        eventFrom = at;
        eventTo = colon;
        fieldsFrom = colon + 1;
        return colon > at && colon < to;
    }

    /// Whether what stands in the place of the event's name can be one.
    boolean hasEventName(byte[] bytes) {
        for (int at = eventFrom; at < eventTo; at++) {
            if (bytes[at] <= ' ' || bytes[at] == '=') {
                return false;
            }
        }
        return true;
    }
}
