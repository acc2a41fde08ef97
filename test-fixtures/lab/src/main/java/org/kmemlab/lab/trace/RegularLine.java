package org.kmemlab.lab.trace;

import org.kmemlab.lab.input.Bytes;
import org.kmemlab.lab.input.EightBytes;

/// Reads lines that have the shape that current kernels print, eight bytes at a time and without
/// looking for the line's end first.
///
/// ```text
///   call_site=TEXT ptr=HEX [name=TEXT] bytes_req=N bytes_alloc=N gfp_flags=TEXT node=N accounted=B
///   call_site=TEXT ptr=HEX [name=TEXT]
///   page=HEX pfn=0xHEX order=N [migratetype=N] [gfp_flags=TEXT | percpu_refill=N]
/// ```
///
/// A line that it takes means the same to [LineHeader] and [EventFields], which read all others.
/// Numbers for names are given in the same sequence, too.
final class RegularLine {

    private static final int POINTER_DIGITS = 16;
    private static final int NAME_WORDS = 4;
    private static final int MAX_NODES = 1 << 10;

    private static final TraceKey CACHE_ALLOC = TraceKey.of("kmem_cache_alloc:");
    private static final TraceKey CACHE_FREE = TraceKey.of("kmem_cache_free:");
    private static final TraceKey CALL_SITE = TraceKey.of(" call_site=");
    private static final TraceKey PTR = TraceKey.of(" ptr=");
    private static final TraceKey NAME = TraceKey.of(" name=");
    private static final TraceKey BYTES_REQ = TraceKey.of(" bytes_req=");
    private static final TraceKey BYTES_ALLOC = TraceKey.of(" bytes_alloc=");
    private static final TraceKey GFP_FLAGS = TraceKey.of(" gfp_flags=");
    private static final TraceKey NODE = TraceKey.of(" node=");
    private static final TraceKey ANY_NODE = TraceKey.of(" node=-1");
    private static final TraceKey ACCOUNTED = TraceKey.of(" accounted=true");
    private static final TraceKey NOT_ACCOUNTED = TraceKey.of(" accounted=false");
    private static final TraceKey PAGE = TraceKey.of(" page=");
    private static final TraceKey PFN = TraceKey.of(" pfn=0x");
    private static final TraceKey ORDER = TraceKey.of(" order=");
    private static final TraceKey MIGRATE_TYPE = TraceKey.of(" migratetype=");
    private static final TraceKey PERCPU_REFILL = TraceKey.of(" percpu_refill=");

    private final EventRecord event;
    private final RegularHeader header;
    private final SymbolTable callSites;
    private final SymbolTable names;
    private final GfpTexts gfpTexts;
    /// The value read last.
    private long number;

    RegularLine(EventRecord event, LineHeader careful, EventFields fields, GfpTexts gfpTexts) {
        this.event = event;
        this.header = new RegularHeader(event, careful);
        this.callSites = fields.callSites();
        this.names = fields.names();
        this.gfpTexts = gfpTexts;
    }

    /// Reads the line that starts at `from`.
    ///
    /// @param end behind the last line feed: nothing is read behind it, and it is behind `from`
    /// @return where the line's feed is; -1 if the line is not regular, and who reads it next sets
    ///         everything again
    int parse(byte[] bytes, int from, int end) {
        int at = header.parse(bytes, from, end);
        int lineEnd = at < 0 ? -1 : fields(bytes, at);
        return lineEnd >= 0 && bytes[lineEnd] == '\n' ? lineEnd : -1;
    }

    private int fields(byte[] bytes, int from) {
        event.clearFields();
        if (CACHE_ALLOC.startsAt(bytes, from)) {
            event.kind = TraceEventKind.KMEM_CACHE_ALLOC;
            return alloc(bytes, from + CACHE_ALLOC.length());
        }
        if (CACHE_FREE.startsAt(bytes, from)) {
            event.kind = TraceEventKind.KMEM_CACHE_FREE;
            return object(bytes, from + CACHE_FREE.length());
        }
        int nameTo = endOfName(bytes, from);
        TraceEventKind kind = nameTo < 0 ? null : TraceEventKind.of(bytes, from, nameTo);
        if (kind == null) {
            return -1;
        }
        event.kind = kind;
        int at = nameTo + 1;
        return kind.isObjectAlloc() ? alloc(bytes, at)
                : kind.isObjectFree() ? object(bytes, at)
                : page(kind, bytes, at);
    }

    private static int endOfName(byte[] bytes, int from) {
        int at = from;
        for (int word = 0; word < NAME_WORDS; word++) {
            long eight = Bytes.eightAt(bytes, at);
            int length = EightBytes.indexOf(eight, ':');
            if (length < Long.BYTES) {
                return at + length;
            }
            if (EightBytes.wordLength(eight) < Long.BYTES) {
                return -1;
            }
            at += Long.BYTES;
        }
        return -1;
    }

    private int alloc(byte[] bytes, int from) {
        int at = object(bytes, from);
        at = decimal(bytes, BYTES_REQ.after(bytes, at));
        event.bytesReq = number;
        at = decimal(bytes, BYTES_ALLOC.after(bytes, at));
        event.bytesAlloc = number;
        at = gfpFlags(bytes, GFP_FLAGS.after(bytes, at));
        at = node(bytes, at);
        int lineEnd = NOT_ACCOUNTED.after(bytes, at);
        if (lineEnd < 0) {
            lineEnd = ACCOUNTED.after(bytes, at);
            event.accounted = true;
        }
        return lineEnd;
    }

    private int object(byte[] bytes, int from) {
        int at = callSite(bytes, from);
        at = pointer(bytes, PTR.after(bytes, at));
        if (at < 0) {
            return -1;
        }
        event.pointer = number;
        return optionalName(bytes, at);
    }

    /// A module behind a call site, ` [ext4]`, belongs to it.
    private int callSite(byte[] bytes, int from) {
        int start = CALL_SITE.after(bytes, from);
        if (start < 0) {
            return -1;
        }
        int recent = callSites.recentAt(bytes, start);
        if (recent != SymbolTable.NONE) {
            int end = start + callSites.length(recent);
            if (bytes[end] == ' ' && bytes[end + 1] != '[') {
                event.callSite = recent;
                return end;
            }
        }
        return newCallSite(bytes, start);
    }

    private int newCallSite(byte[] bytes, int start) {
        int end = callSites.scanWord(bytes, start);
        if (end < 0 || bytes[end] != ' ') {
            return -1;
        }
        if (bytes[end + 1] == '[') {
            end = callSites.scanWord(bytes, end + 1);
            if (end < 0 || bytes[end] != ' ') {
                return -1;
            }
            event.callSite = callSites.intern(bytes, start, end);
        } else {
            event.callSite = callSites.internScanned(bytes, start, end);
        }
        return end;
    }

    /// A name may have blanks, but not here.
    private int optionalName(byte[] bytes, int from) {
        int start = NAME.after(bytes, from);
        if (start < 0) {
            return from;
        }
        int recent = names.recentAt(bytes, start);
        if (recent != SymbolTable.NONE) {
            int end = start + names.length(recent);
            if (bytes[end] == '\n' || BYTES_REQ.startsAt(bytes, end)) {
                event.name = recent;
                return end;
            }
        }
        int end = names.scanWord(bytes, start);
        if (end < 0 || (bytes[end] != '\n' && !BYTES_REQ.startsAt(bytes, end))) {
            return -1;
        }
        event.name = names.internScanned(bytes, start, end);
        return end;
    }

    private int node(byte[] bytes, int from) {
        int at = ANY_NODE.after(bytes, from);
        if (at < 0) {
            at = decimal(bytes, NODE.after(bytes, from));
            event.node = (int) number;
            return number < MAX_NODES ? at : -1;
        }
        return at;
    }

    private int page(TraceEventKind kind, byte[] bytes, int from) {
        if (kind == TraceEventKind.MM_PAGE_ALLOC_EXTFRAG) {
            return -1;
        }
        int at = pointer(bytes, PAGE.after(bytes, from));
        event.page = number;
        at = hexadecimal(bytes, PFN.after(bytes, at));
        event.pfn = number;
        at = decimal(bytes, ORDER.after(bytes, at));
        event.order = (int) number;
        if (at < 0 || number > EventFields.MAX_ORDER) {
            return -1;
        }
        return bytes[at] == '\n' ? withoutType(kind, at) : typed(kind, bytes, at);
    }

    private static int withoutType(TraceEventKind kind, int lineEnd) {
        return (kind.requiredFields() & TraceField.MIGRATE_TYPE.bit()) == 0 ? lineEnd : -1;
    }

    private int typed(TraceEventKind kind, byte[] bytes, int from) {
        int at = decimal(bytes, MIGRATE_TYPE.after(bytes, from));
        event.migrateType = (int) number;
        if (kind == TraceEventKind.MM_PAGE_ALLOC) {
            return gfpFlags(bytes, GFP_FLAGS.after(bytes, at));
        }
        int refill = PERCPU_REFILL.after(bytes, at);
        if (refill < 0) {
            return at;
        }
        at = decimal(bytes, refill);
        event.percpuRefill = number != 0;
        return at;
    }

    private int gfpFlags(byte[] bytes, int from) {
        if (from < 0) {
            return -1;
        }
        int recent = gfpTexts.recentEnd(bytes, from);
        if (recent >= 0 && (bytes[recent] == ' ' || bytes[recent] == '\n')) {
            event.gfp = gfpTexts.recentBits();
            return recent;
        }
        int end = gfpTexts.scanWord(bytes, from);
        if (end < 0 || (bytes[end] != ' ' && bytes[end] != '\n')) {
            return -1;
        }
        event.gfp = gfpTexts.bitsOfScanned(bytes, from, end);
        return end;
    }

    /// All 16 digits of a pointer, with or without `0x`.
    private int pointer(byte[] bytes, int from) {
        if (from < 0) {
            return -1;
        }
        int at = bytes[from] == '0' && bytes[from + 1] == 'x' ? from + 2 : from;
        long high = EightBytes.hexadecimal(Bytes.eightAt(bytes, at), Long.BYTES);
        long low = EightBytes.hexadecimal(Bytes.eightAt(bytes, at + Long.BYTES), Long.BYTES);
        number = high << Integer.SIZE | low;
        return (high | low) < 0 ? -1 : endOfNumber(bytes, at + POINTER_DIGITS);
    }

    /// One to seven hexadecimal digits.
    private int hexadecimal(byte[] bytes, int from) {
        if (from < 0) {
            return -1;
        }
        long eight = Bytes.eightAt(bytes, from);
        int digits = EightBytes.wordLength(eight);
        if (digits == 0 || digits == Long.BYTES) {
            return -1;
        }
        number = EightBytes.hexadecimal(eight, digits);
        return number < 0 ? -1 : endOfNumber(bytes, from + digits);
    }

    /// One to seven decimal digits.
    private int decimal(byte[] bytes, int from) {
        if (from < 0) {
            return -1;
        }
        long eight = Bytes.eightAt(bytes, from);
        int digits = EightBytes.decimalDigits(eight);
        if (digits == 0 || digits == Long.BYTES) {
            return -1;
        }
        number = EightBytes.decimal(eight, digits);
        return endOfNumber(bytes, from + digits);
    }

    private static int endOfNumber(byte[] bytes, int at) {
        return bytes[at] == ' ' || bytes[at] == '\n' ? at : -1;
    }
}
