package org.kmemlab.lab.trace;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.Bytes;

/// The values of one event's fields, read in place from its line.
///
/// Fields stand in the same sequence in every line of a kind, so the field found at a position is
/// tried first at that position of the next line.
final class EventFields {

    private static final int MAX_FIELDS = 32;
    /// The largest blocks of any machine: 64 KiB pages on ARM.
    static final int MAX_ORDER = 13;
    private static final int MAX_NODES = 1 << 10;
    private static final byte[] TRUE = {'t', 'r', 'u', 'e'};

    private final @Nullable TraceField[][] expected = new @Nullable TraceField[TraceEventKind
            .values().length][MAX_FIELDS];
    private final EventRecord event;
    private final GfpTexts gfpTexts;
    private final SymbolTable callSites = new SymbolTable();
    private final SymbolTable names = new SymbolTable();

    private long number;
    private int seen;
    private LineProblem problem = LineProblem.NONE;
    private @Nullable TraceField problemField;

    EventFields(EventRecord event, GfpTexts gfpTexts) {
        this.event = event;
        this.gfpTexts = gfpTexts;
    }

    /// Reads the fields in `bytes[from .. to)`.
    LineProblem parse(TraceEventKind kind, byte[] bytes, int from, int to) {
        reset();
        @Nullable TraceField[] fields = expected[kind.ordinal()];
        int position = 0;
        int at = Bytes.skipBlanks(bytes, from, to);
        while (at < to) {
            TraceField field = position < MAX_FIELDS ? fields[position] : null;
            if (field == null || !field.startsAt(bytes, at, to)) {
                field = TraceField.startingAt(bytes, at, to);
                if (position < MAX_FIELDS) {
                    fields[position] = field;
                }
            }
            if (field == null) {
                // A word that no event of ours has: other kernels and tools print more.
                at = Bytes.indexOf(bytes, (byte) ' ', at, to);
            } else {
                at = value(field, bytes, at + field.length(), to);
                if (at < 0) {
                    problemField = field;
                    return problem;
                }
                seen |= field.bit();
            }
            position++;
            // One blank between fields, nearly always.
            at = at + 1 < to && bytes[at + 1] > ' ' ? at + 1 : Bytes.skipBlanks(bytes, at, to);
        }
        return checkRequired(kind);
    }

    private LineProblem checkRequired(TraceEventKind kind) {
        int missing = kind.requiredFields() & ~seen;
        if (missing == 0) {
            return LineProblem.NONE;
        }
        problemField = TraceField.values()[Integer.numberOfTrailingZeros(missing)];
        return LineProblem.MISSING_FIELD;
    }

    private void reset() {
        seen = 0;
        problem = LineProblem.BAD_NUMBER;
        event.clearFields();
    }

    /// Reads one value.
    ///
    /// @return where it ends; -1 if it cannot be read, the reason is in [#problem]
    private int value(TraceField field, byte[] bytes, int from, int to) {
        return switch (field) {
            case CALL_SITE -> callSite(bytes, from, to);
            case NAME -> name(bytes, from, to);
            case GFP_FLAGS -> gfpFlags(bytes, from, to);
            case PTR -> {
                int end = pointer(bytes, from, to);
                event.pointer = number;
                yield end;
            }
            case PAGE_ADDRESS -> {
                int end = pointer(bytes, from, to);
                event.page = number;
                // Nobody needs it when the frame number is there.
                yield end < 0 ? Bytes.indexOf(bytes, (byte) ' ', from, to) : end;
            }
            case ACCOUNTED -> {
                int end = Bytes.indexOf(bytes, (byte) ' ', from, to);
                event.accounted = Arrays.equals(TRUE, 0, TRUE.length, bytes, from, end);
                yield end;
            }
            default -> numberOf(field, bytes, from, to);
        };
    }

    private int numberOf(TraceField field, byte[] bytes, int from, int to) {
        int end = integer(bytes, from, to);
        if (end < 0) {
            return end;
        }
        long value = number;
        boolean good = true;
        switch (field) {
            case BYTES_REQ -> {
                event.bytesReq = value;
                good = value >= 0;
            }
            case BYTES_ALLOC -> {
                event.bytesAlloc = value;
                good = value >= 0;
            }
            case PFN -> event.pfn = value;
            case NODE -> {
                event.node = (int) value;
                good = value >= -1 && value < MAX_NODES;
            }
            case ORDER, ALLOC_ORDER -> {
                event.order = (int) value;
                good = value >= 0 && value <= MAX_ORDER;
            }
            case MIGRATE_TYPE, ALLOC_MIGRATE_TYPE -> event.migrateType = (int) value;
            case PERCPU_REFILL -> event.percpuRefill = value != 0;
            case FALLBACK_ORDER -> event.fallbackOrder = (int) value;
            case PAGEBLOCK_ORDER -> event.pageblockOrder = (int) value;
            case FALLBACK_MIGRATE_TYPE -> event.fallbackMigrateType = (int) value;
            case FRAGMENTING -> event.fragmenting = value != 0;
            case CHANGE_OWNERSHIP -> event.changeOwnership = value != 0;
            default -> good = false;
        }
        return good ? end : -1;
    }

    /// A function and an offset, with the module behind it if there is one: `f+0x1/0x2 [ext4]`.
    private int callSite(byte[] bytes, int from, int to) {
        int end = Bytes.indexOf(bytes, (byte) ' ', from, to);
        if (end + 1 < to && bytes[end + 1] == '[') {
            end = Bytes.indexOf(bytes, (byte) ' ', end + 1, to);
        }
        event.callSite = callSites.intern(bytes, from, end);
        return end;
    }

    /// A cache's name: up to the next word with a `=`, for a name may have spaces.
    private int name(byte[] bytes, int from, int to) {
        int end = Bytes.indexOf(bytes, (byte) ' ', from, to);
        while (end < to) {
            int wordEnd = Bytes.indexOf(bytes, (byte) ' ', end + 1, to);
            if (Bytes.indexOf(bytes, (byte) '=', end + 1, wordEnd) < wordEnd) {
                break;
            }
            end = wordEnd;
        }
        event.name = names.intern(bytes, from, end);
        return end;
    }

    private int gfpFlags(byte[] bytes, int from, int to) {
        int end = Bytes.indexOf(bytes, (byte) ' ', from, to);
        event.gfp = gfpTexts.bits(bytes, from, end);
        return end;
    }

    /// Hexadecimal with or without `0x`, or a word in brackets instead of it; older kernels put
    /// blanks before the brackets.
    private int pointer(byte[] bytes, int from, int to) {
        if (from < to && (bytes[from] == '(' || bytes[from] == ' ')) {
            return nullPointer(bytes, Bytes.skipBlanks(bytes, from, to), to);
        }
        boolean prefixed = from + 1 < to && bytes[from] == '0' && bytes[from + 1] == 'x';
        return hexadecimal(bytes, prefixed ? from + 2 : from, to);
    }

    private int nullPointer(byte[] bytes, int from, int to) {
        int end = Bytes.indexOf(bytes, (byte) ' ', from, to);
        // `(null)` and `(nil)`, but not `(____ptrval____)`, which stands for any pointer.
        boolean isNull = from + 1 < end && bytes[from] == '(' && bytes[from + 1] == 'n';
        number = 0;
        problem = isNull ? problem : LineProblem.UNKNOWN_POINTER;
        return isNull ? end : -1;
    }

    /// Decimal with a sign, or hexadecimal with `0x`.
    private int integer(byte[] bytes, int from, int to) {
        if (from + 1 < to && bytes[from] == '0' && bytes[from + 1] == 'x') {
            return hexadecimal(bytes, from + 2, to);
        }
        boolean negative = from < to && bytes[from] == '-';
        int start = negative ? from + 1 : from;
        long value = 0;
        int at = start;
        while (at < to && Bytes.isDigit(bytes[at])) {
            value = value * 10 + bytes[at] - '0';
            at++;
        }
        number = negative ? -value : value;
        return at > start && at - start <= 18 ? endOfNumber(bytes, at, to) : -1;
    }

    private int hexadecimal(byte[] bytes, int from, int to) {
        long value = 0;
        int at = from;
        while (at + Long.BYTES <= to) {
            long eight = Bytes.eightHexDigits(bytes, at);
            if (eight < 0) {
                break;
            }
            value = value << Integer.SIZE | eight;
            at += Long.BYTES;
        }
        while (at < to) {
            int digit = Bytes.hexDigit(bytes[at]);
            if (digit < 0) {
                break;
            }
            value = value << 4 | digit;
            at++;
        }
        number = value;
        return at > from && at - from <= 16 ? endOfNumber(bytes, at, to) : -1;
    }

    private static int endOfNumber(byte[] bytes, int at, int to) {
        return at == to || bytes[at] == ' ' ? at : -1;
    }

    SymbolTable callSites() {
        return callSites;
    }

    SymbolTable names() {
        return names;
    }

    /// The field that made [#parse] fail.
    @Nullable
    TraceField problemField() {
        return problemField;
    }
}
