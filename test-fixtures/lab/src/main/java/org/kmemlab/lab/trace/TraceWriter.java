package org.kmemlab.lab.trace;

import static org.kmemlab.lab.trace.BinaryFormat.pair;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Writes a trace in the binary form, which is about a tenth of the text and several times faster to
/// read: names and everything else that events share are written once, and objects have numbers
/// instead of addresses.
///
/// Nothing that [TraceCursor] tells is lost, except the text of lines that are no `kmem` event; these
/// stay counted. Streaming: memory use grows with the number of objects that live at once and of
/// distinct names.
///
/// The format is described in this package's documentation.
public final class TraceWriter {

    private final OutputStream out;
    private final BlockWriter events;
    private final BlockWriter other;
    private final RowTable shapes = new RowTable(BinaryFormat.SHAPE_WORDS);
    private final RowTable contexts = new RowTable(BinaryFormat.CONTEXT_WORDS);
    private final long[] shape = new long[BinaryFormat.SHAPE_WORDS];
    private final long[] context = new long[BinaryFormat.CONTEXT_WORDS];
    private final ObjectNumbers objects = new ObjectNumbers();
    private final int[] symbolsWritten = new int[BinaryFormat.TASKS + 1];
    private int shapesWritten;
    private int contextsWritten;
    private int eventsInBlock;
    private int sequence;
    private long lastNanos;
    private long lastLine;

    private TraceWriter(OutputStream out) {
        this.out = out;
        this.events = new BlockWriter(out);
        this.other = new BlockWriter(out);
    }

    /// Writes all events that the cursor still has.
    ///
    /// @param out is not closed; need not be buffered
    /// @return what the lines of the trace were
    /// @throws IOException if the trace is damaged, or cannot be written; what was written is no whole
    ///         trace then, and readers say so
    public static TraceCounts write(TraceCursor cursor, OutputStream out) throws IOException {
        TraceWriter writer = new TraceWriter(out);
        writer.begin(cursor);
        while (cursor.next()) {
            writer.add(cursor, cursor.event());
        }
        writer.flush(cursor);
        return writer.end(cursor);
    }

    private void begin(TraceCursor cursor) throws IOException {
        out.write(BinaryFormat.MAGIC);
        other.add(cursor.announcedCpus());
        other.addText(cursor.source().name().getBytes(StandardCharsets.UTF_8));
        other.finish(BinaryFormat.INFO, sequence++);
        events.add(0);
    }

    private void add(TraceCursor cursor, EventRecord event) throws IOException {
        if (shapes.isFull() || contexts.isFull()
                || events.isFullWith(BinaryFormat.MAX_EVENT_WORDS * Long.BYTES)) {
            flush(cursor);
            shapesWritten = clearIfFull(shapes, shapesWritten);
            contextsWritten = clearIfFull(contexts, contextsWritten);
        }
        setShape(event);
        context[0] = pair(event.cpu, event.pid);
        context[1] = event.flags;
        context[2] = cursor.task();
        long what = shapes.numberOf(shape) | (long) contexts.numberOf(context) << Short.SIZE;
        TraceEventKind kind = event.kind;
        if (kind.isObjectAlloc() || kind.isObjectFree()) {
            int number = numberOf(kind, event.pointer);
            boolean explicit = number == ObjectNumbers.NONE ? event.pointer != 0
                    : kind.isObjectAlloc() && objects.isRebound();
            addHead(what | (long) number << Integer.SIZE, explicit, event.pointer,
                    event.timeNanos, cursor.lineNumber());
        } else {
            addHead(what, false, 0, event.timeNanos, cursor.lineNumber());
            events.add(event.page);
            events.add(event.pfn);
        }
        eventsInBlock++;
    }

    private static int clearIfFull(RowTable rows, int written) {
        if (rows.isFull()) {
            rows.clear();
            return 0;
        }
        return written;
    }

    private int numberOf(TraceEventKind kind, long pointer) {
        if (pointer == 0) {
            return ObjectNumbers.NONE;
        }
        return kind.isObjectAlloc() ? objects.allocated(pointer) : objects.freed(pointer);
    }

    private void addHead(long what, boolean explicit, long pointer, long nanos, long line) {
        long nanosSince = nanos - lastNanos;
        long linesSince = line - lastLine;
        boolean timed = nanosSince != (int) nanosSince;
        boolean lined = linesSince < 0 || linesSince >= 1L << BinaryFormat.LINE_BITS;
        long tags = (explicit ? BinaryFormat.POINTER : 0) | (timed ? BinaryFormat.TIME : 0)
                | (lined ? BinaryFormat.LINE : 0);
        events.add(what);
        events.add((timed ? 0 : nanosSince & 0xffff_ffffL)
                | (lined ? 0 : linesSince << Integer.SIZE) | tags << BinaryFormat.TAGS_SHIFT);
        if (explicit) {
            events.add(pointer);
        }
        if (timed) {
            events.add(nanos);
        }
        if (lined) {
            events.add(line);
        }
        lastNanos = nanos;
        lastLine = line;
    }

    /// What the event shares with others: only what its kind has.
    private void setShape(EventRecord event) {
        TraceEventKind kind = event.kind;
        boolean alloc = kind.isObjectAlloc();
        boolean page = !alloc && !kind.isObjectFree();
        boolean fallback = kind == TraceEventKind.MM_PAGE_ALLOC_EXTFRAG;
        int flags = (event.accounted ? BinaryFormat.ACCOUNTED : 0)
                | (event.percpuRefill ? BinaryFormat.PERCPU_REFILL : 0)
                | (event.fragmenting ? BinaryFormat.FRAGMENTING : 0)
                | (event.changeOwnership ? BinaryFormat.CHANGE_OWNERSHIP : 0);
        boolean gfp = (kind.requiredFields() & TraceField.GFP_FLAGS.bit()) != 0;
        shape[0] = pair(kind.ordinal() | flags, event.node);
        shape[1] = pair(event.callSite, event.name);
        shape[2] = alloc ? event.bytesReq : 0;
        shape[3] = alloc ? event.bytesAlloc : 0;
        shape[4] = pair(gfp ? event.gfp : 0, event.migrateType);
        shape[5] = pair(page ? event.order : 0, fallback ? event.fallbackOrder : 0);
        shape[6] = pair(event.pageblockOrder, fallback ? event.fallbackMigrateType : 0);
    }

    private void flush(TraceCursor cursor) throws IOException {
        if (eventsInBlock == 0) {
            return;
        }
        writeSymbols(BinaryFormat.CALL_SITES, cursor.callSites());
        writeSymbols(BinaryFormat.CACHE_NAMES, cursor.cacheNames());
        writeSymbols(BinaryFormat.TASKS, cursor.tasks());
        shapesWritten = writeRows(BinaryFormat.SHAPES, shapes, shapesWritten);
        contextsWritten = writeRows(BinaryFormat.CONTEXTS, contexts, contextsWritten);
        events.set(0, eventsInBlock);
        events.finish(BinaryFormat.EVENTS, sequence++);
        events.add(0);
        eventsInBlock = 0;
    }

    private void writeSymbols(int table, SymbolTable symbols) throws IOException {
        while (symbolsWritten[table] < symbols.size()) {
            other.add(table);
            byte[] text = symbols.bytes(symbolsWritten[table] + 1);
            do {
                other.addText(text);
                symbolsWritten[table]++;
                text = symbolsWritten[table] < symbols.size()
                        ? symbols.bytes(symbolsWritten[table] + 1)
                        : text;
            } while (symbolsWritten[table] < symbols.size()
                    && !other.isFullWith(Long.BYTES + BinaryFormat.padded(text.length)));
            other.finish(BinaryFormat.SYMBOLS, sequence++);
        }
    }

    private int writeRows(int type, RowTable rows, int written) throws IOException {
        int row = written;
        while (row < rows.count()) {
            other.add(row);
            while (row < rows.count() && !other.isFullWith(rows.width() * Long.BYTES)) {
                for (int column = 0; column < rows.width(); column++) {
                    other.add(rows.word(row, column));
                }
                row++;
            }
            other.finish(type, sequence++);
        }
        return row;
    }

    private TraceCounts end(TraceCursor cursor) throws IOException {
        TraceCounts counts = cursor.counts();
        for (TraceCounts.BadLine line : counts.firstUnparsable()) {
            writeNote(line.number(), line.reason());
        }
        for (String name : counts.unknownGfpNames()) {
            writeNote(0, name);
        }
        List.of(counts.lines(), counts.events(), counts.otherEvents(), counts.comments(),
                counts.stackLines(), counts.lossMarks(), counts.unparsable(), counts.lostEvents(),
                (long) cursor.announcedCpus()).forEach(other::add);
        other.finish(BinaryFormat.END, sequence++);
        out.flush();
        return counts;
    }

    private void writeNote(long line, String text) throws IOException {
        other.add(line);
        other.addText(text.getBytes(StandardCharsets.UTF_8));
        other.finish(BinaryFormat.NOTE, sequence++);
    }
}
