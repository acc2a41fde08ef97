package org.kmemlab.lab.trace;

import org.kmemlab.lab.input.Bytes;
import org.kmemlab.lab.input.EightBytes;

/// Reads the start of a line that looks like the line before: the same columns, a CPU of three
/// digits, microseconds.
///
/// What it takes, [LineHeader] would take with the same result; what it does not take is no mistake.
final class RegularHeader {

    private static final int MAX_COLUMN = 256;
    private static final int CPU_DIGITS = 3;
    private static final int MICRO_DIGITS = 6;
    private static final long MICROS = 1_000_000;
    private static final int NANOS_PER_MICRO = 1000;
    /// From the dot in the time to what stands behind `: `.
    private static final int AFTER_DOT = 1 + MICRO_DIGITS + 2;
    /// `[ddd] ` as eight bytes, and which bits of it matter.
    private static final long CPU = '[' | 0x303030L << 8 | (long) ']' << 32 | (long) ' ' << 40;
    private static final long CPU_MASK = 0xff | 0xf0f0f0L << 8 | 0xffL << 32 | 0xffL << 40;
    private static final int CPU_LENGTH = 6;
    /// `: ` behind six digits.
    private static final long AFTER_TIME = ':' | ' ' << 8;
    private static final long GROUP = 'k' | 'm' << 8 | 'e' << 16 | (long) 'm' << 24
            | (long) ':' << 32;
    private static final int GROUP_LENGTH = 5;

    private final EventRecord event;
    private final LineHeader careful;
    /// What stood before the `[` of the last line, and what that says.
    private final byte[] lastTask = new byte[MAX_COLUMN + Bytes.SLACK];
    private int lastColumn;
    private int lastPid;
    private int lastTaskEnd;
    /// Where the last line had its flags and the dot in its time, counted from its `[`.
    private int flagsFrom = CPU_LENGTH;
    private int flagsLength = 5;
    private int dot = 17;
    /// Where the task's name ends, counted from the start of the line.
    private int taskEnd;
    private int pid;
    private long micros;
    private long flags;

    RegularHeader(EventRecord event, LineHeader careful) {
        this.event = event;
        this.careful = careful;
    }

    /// Reads up to the event's name; changes the event only if it can.
    ///
    /// @param end where the lines that are whole end
    /// @return where the name starts; -1 if the line is not regular
    int parse(byte[] bytes, int from, int end) {
        int column = careful.bracketColumn();
        int open = from + column;
        if (column > MAX_COLUMN || open >= end || bytes[from] == '#') {
            return -1;
        }
        long eight = Bytes.eightAt(bytes, open);
        if ((eight & CPU_MASK) != CPU || !readTask(bytes, from, open)) {
            return -1;
        }
        if (EightBytes.decimalDigits(eight >>> Byte.SIZE) != CPU_DIGITS
                || !(readTime(bytes, open, end) || learn(bytes, open, end))) {
            return -1;
        }
        event.cpu = EightBytes.decimal(eight >>> Byte.SIZE, CPU_DIGITS);
        event.pid = pid;
        event.flags = flags;
        event.timeNanos = micros * NANOS_PER_MICRO;
        careful.taskTo = from + taskEnd;
        int at = open + dot + AFTER_DOT;
        at = bytes[at] == ' ' ? skipBlanks(bytes, at) : at;
        return EightBytes.first(Bytes.eightAt(bytes, at), GROUP_LENGTH) == GROUP
                ? at + GROUP_LENGTH
                : at;
    }

    private static int skipBlanks(byte[] bytes, int from) {
        int at = from;
        int blanks = EightBytes.blanks(Bytes.eightAt(bytes, at));
        while (blanks == Long.BYTES) {
            at += blanks;
            blanks = EightBytes.blanks(Bytes.eightAt(bytes, at));
        }
        return at + blanks;
    }

    private boolean readTask(byte[] bytes, int from, int open) {
        int column = open - from;
        if (column != lastColumn || !isLastTask(bytes, from, column)) {
            if (Bytes.endOfLast(bytes, (byte) '\n', from, open) != from
                    || !careful.readTask(bytes, from, open)) {
                return false;
            }
            System.arraycopy(bytes, from, lastTask, 0, column);
            lastColumn = column;
            lastPid = event.pid;
            lastTaskEnd = careful.taskTo - from;
        }
        pid = lastPid;
        taskEnd = lastTaskEnd;
        return true;
    }

    private boolean isLastTask(byte[] bytes, int from, int column) {
        int at = 0;
        while (at + Long.BYTES <= column) {
            if (Bytes.eightAt(bytes, from + at) != Bytes.eightAt(lastTask, at)) {
                return false;
            }
            at += Long.BYTES;
        }
        return EightBytes.first(
                Bytes.eightAt(bytes, from + at) ^ Bytes.eightAt(lastTask, at), column - at) == 0;
    }

    /// Finds the columns of this line.
    ///
    /// @return whether the line can be read with them
    private boolean learn(byte[] bytes, int open, int end) {
        int at = skipBlanks(bytes, open + CPU_LENGTH);
        flagsFrom = at - open;
        flagsLength = 0;
        if (at < end && !Bytes.isDigit(bytes[at])) {
            flagsLength = EightBytes.wordLength(Bytes.eightAt(bytes, at));
            at = skipBlanks(bytes, at + flagsLength);
        }
        while (at < end && Bytes.isDigit(bytes[at])) {
            at++;
        }
        dot = at - open;
        return flagsLength < Long.BYTES && readTime(bytes, open, end);
    }

    /// Reads flags and time in the columns where the last line had them. That makes no step wait for
    /// the one before: the processor works on all of them at once.
    private boolean readTime(byte[] bytes, int open, int end) {
        int dotAt = open + dot;
        if (dotAt >= end || bytes[dotAt] != '.') {
            return false;
        }
        long word = Bytes.eightAt(bytes, open + flagsFrom);
        flags = EightBytes.first(word, flagsLength);
        int behindFlags = open + flagsFrom + flagsLength;
        boolean flagged = flagsLength == 0 || (EightBytes.wordLength(word) == flagsLength
                && bytes[behindFlags] == ' ' && !Bytes.isDigit((byte) word));
        if (!flagged || (flagsFrom > CPU_LENGTH
                && skipBlanks(bytes, open + CPU_LENGTH) != open + flagsFrom)) {
            return false;
        }
        long before = Bytes.eightAt(bytes, dotAt - Long.BYTES);
        int digits = EightBytes.decimalDigitsAtEnd(before);
        long decimals = Bytes.eightAt(bytes, dotAt + 1);
        if (digits == 0 || digits == Long.BYTES || skipBlanks(bytes, behindFlags) != dotAt - digits
                || EightBytes.decimalDigits(decimals) != MICRO_DIGITS
                || decimals >>> (MICRO_DIGITS * Byte.SIZE) != AFTER_TIME) {
            return false;
        }
        long seconds = EightBytes.decimal(before >>> (Long.SIZE - digits * Byte.SIZE), digits);
        micros = seconds * MICROS + EightBytes.decimal(decimals, MICRO_DIGITS);
        return true;
    }
}
