package org.kmemlab.lab.trace;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.kmemlab.lab.input.Bytes;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.RecordedFile;

/// Events of a binary trace.
///
/// @see BinaryFormat
final class BinaryEvents implements EventSource {

    private static final TraceEventKind[] KINDS = TraceEventKind.values();
    private static final int ROW_MASK = BinaryFormat.MAX_ROWS - 1;
    private static final int LINE_MASK = (1 << BinaryFormat.LINE_BITS) - 1;

    private final BlockReader block;
    private final EventRecord event;
    private final SymbolTable callSites = new SymbolTable();
    private final SymbolTable names = new SymbolTable();
    private final SymbolTable tasks = new SymbolTable();
    private final BinaryRows shapes = new BinaryRows(BinaryFormat.SHAPE_WORDS);
    private final BinaryRows contexts = new BinaryRows(BinaryFormat.CONTEXT_WORDS);
    private final List<TraceCounts.BadLine> badLines = new ArrayList<>();
    private final List<String> gfpNames = new ArrayList<>();
    /// By object number.
    private long[] pointers = new long[1 << 10];
    private int numbers;
    private boolean started;
    private TraceCounts counts = new TraceCounts(0, 0, 0, 0, 0, 0, 0, 0, List.of(), List.of());
    private boolean ended;
    private int cpus;
    private String recordedAs = "";
    private long events;
    /// Events left in the block, and where the next one is.
    private int left;
    private int at;
    private int task;
    private long line;

    BinaryEvents(RecordedFile source, EventRecord event) {
        this.block = new BlockReader(source);
        this.event = event;
    }

    @Override
    public boolean next() throws IOException {
        while (left == 0) {
            if (ended) {
                return false;
            }
            readBlock();
        }
        left--;
        events++;
        readEvent();
        if (left == 0 && at != block.end()) {
            throw block.wrong("something follows its last event");
        }
        return true;
    }

    @Override
    public int announcedCpus() throws IOException {
        if (!started) {
            readBlock();
        }
        return cpus;
    }

    private void readBlock() throws IOException {
        block.next();
        if (!started && block.type() != BinaryFormat.INFO) {
            throw block.wrong("expected type " + BinaryFormat.INFO + " first");
        }
        if (started && block.type() == BinaryFormat.INFO) {
            throw block.wrong("type " + BinaryFormat.INFO + " is there a second time");
        }
        started = true;
        switch (block.type()) {
            case BinaryFormat.INFO -> {
                cpus = block.number(Integer.MAX_VALUE);
                recordedAs = block.text();
            }
            case BinaryFormat.SYMBOLS -> readSymbols();
            case BinaryFormat.SHAPES -> shapes.requireShapes(block, shapes.read(block),
                    callSites.size(), names.size());
            case BinaryFormat.CONTEXTS -> contexts.requireContexts(block, contexts.read(block),
                    tasks.size());
            case BinaryFormat.EVENTS -> {
                left = block.number(BinaryFormat.MAX_BLOCK_BYTES);
                at = block.at();
            }
            case BinaryFormat.NOTE -> readNote();
            case BinaryFormat.END -> readEnd();
            default -> throw block.wrong("type unknown");
        }
        if (left == 0 && block.hasMore()) {
            throw block.wrong("something follows what it should hold");
        }
    }

    private void readSymbols() throws InputException {
        SymbolTable table = switch (block.number(BinaryFormat.TASKS)) {
            case BinaryFormat.CALL_SITES -> callSites;
            case BinaryFormat.CACHE_NAMES -> names;
            default -> tasks;
        };
        while (block.hasMore()) {
            int length = block.textLength();
            int from = block.textFrom(length);
            int before = table.size();
            if (table.intern(block.bytes(), from, from + length) != before + 1) {
                throw block.wrong("a name that was there before, or no name");
            }
        }
    }

    private void readNote() throws InputException {
        long number = block.word();
        String text = block.text();
        if (number == 0) {
            gfpNames.add(text);
        } else {
            badLines.add(new TraceCounts.BadLine(number, text));
        }
    }

    private void readEnd() throws IOException {
        counts = new TraceCounts(block.word(), block.word(), block.word(), block.word(),
                block.word(), block.word(), block.word(), block.word(), badLines, gfpNames);
        cpus = Math.max(cpus, block.number(Integer.MAX_VALUE));
        if (counts.events() != events) {
            throw block.wrong(counts.events() + " events announced, " + events + " found");
        }
        ended = true;
        block.requireEnd();
    }

    private void readEvent() throws InputException {
        byte[] bytes = block.bytes();
        long what = Bytes.eightAt(bytes, at);
        long since = Bytes.eightAt(bytes, at + Long.BYTES);
        at += 2 * Long.BYTES;
        int shape = (int) what & ROW_MASK;
        int context = (int) what >>> Short.SIZE;
        int tags = (int) (since >>> BinaryFormat.TAGS_SHIFT);
        if (at > block.end() || shape >= shapes.count() || context >= contexts.count()) {
            throw block.wrong("an event has shape " + shape + " and context " + context);
        }
        setContext(context);
        setShape(shape);
        line += (int) (since >>> Integer.SIZE) & LINE_MASK;
        event.timeNanos += (int) since;
        TraceEventKind kind = event.kind;
        if (kind.isObjectAlloc() || kind.isObjectFree()) {
            setObject((int) (what >>> Integer.SIZE), (tags & BinaryFormat.POINTER) != 0);
        }
        if ((tags & (BinaryFormat.TIME | BinaryFormat.LINE)) != 0) {
            setPlace(tags);
        }
        if (!kind.isObjectAlloc() && !kind.isObjectFree()) {
            event.page = extra();
            event.pfn = extra();
        }
    }

    private void setContext(int context) {
        long who = contexts.word(context, 0);
        event.cpu = BinaryFormat.low(who);
        event.pid = BinaryFormat.high(who);
        event.flags = contexts.word(context, 1);
        task = (int) contexts.word(context, 2);
    }

    private void setShape(int shape) {
        long first = shapes.word(shape, 0);
        long origin = shapes.word(shape, 1);
        int kind = (int) first & 0xff;
        event.kind = KINDS[kind];
        event.accounted = (first & BinaryFormat.ACCOUNTED) != 0;
        event.node = BinaryFormat.high(first);
        event.callSite = BinaryFormat.low(origin);
        event.name = BinaryFormat.high(origin);
        event.bytesReq = shapes.word(shape, 2);
        event.bytesAlloc = shapes.word(shape, 3);
        long request = shapes.word(shape, 4);
        event.gfp = BinaryFormat.low(request);
        event.migrateType = BinaryFormat.high(request);
        if (event.kind.isObjectAlloc() || event.kind.isObjectFree()) {
            return;
        }
        event.percpuRefill = (first & BinaryFormat.PERCPU_REFILL) != 0;
        event.fragmenting = (first & BinaryFormat.FRAGMENTING) != 0;
        event.changeOwnership = (first & BinaryFormat.CHANGE_OWNERSHIP) != 0;
        long orders = shapes.word(shape, 5);
        event.order = BinaryFormat.low(orders);
        event.fallbackOrder = BinaryFormat.high(orders);
        long pageblock = shapes.word(shape, 6);
        event.pageblockOrder = BinaryFormat.low(pageblock);
        event.fallbackMigrateType = BinaryFormat.high(pageblock);
    }

    private void setObject(int number, boolean explicit) throws InputException {
        event.number = number;
        if (explicit) {
            event.pointer = extra();
            bind(number);
        } else if (number < 0 || number > numbers) {
            throw block.wrong("an event has object " + number + " of " + numbers);
        } else {
            event.pointer = pointers[number];
        }
    }

    private void bind(int number) throws InputException {
        if (number == 0) {
            return;
        }
        if (number < 0 || number > numbers + 1) {
            throw block.wrong("object " + number + " follows " + numbers);
        }
        if (number == pointers.length) {
            pointers = Arrays.copyOf(pointers, 2 * number);
        }
        pointers[number] = event.pointer;
        numbers = Math.max(numbers, number);
    }

    private void setPlace(int tags) throws InputException {
        if ((tags & BinaryFormat.TIME) != 0) {
            event.timeNanos = extra();
        }
        if ((tags & BinaryFormat.LINE) != 0) {
            line = extra();
        }
    }

    private long extra() throws InputException {
        if (at + Long.BYTES > block.end()) {
            throw block.wrong("its last event is not whole");
        }
        long word = Bytes.eightAt(block.bytes(), at);
        at += Long.BYTES;
        return word;
    }

    @Override
    public long lineNumber() {
        return line;
    }

    @Override
    public int task() {
        return task;
    }

    @Override
    public SymbolTable tasks() {
        return tasks;
    }

    @Override
    public SymbolTable callSites() {
        return callSites;
    }

    @Override
    public SymbolTable cacheNames() {
        return names;
    }

    @Override
    public TraceCounts counts() {
        return ended ? counts
                : new TraceCounts(line, events, 0, 0, 0, 0, 0, 0, List.of(), List.of());
    }

    @Override
    public RecordedFile source() {
        return block.source();
    }

    @Override
    public String recordedAs() {
        return recordedAs;
    }

    @Override
    public void close() throws IOException {
        block.close();
    }
}
