package org.kmemlab.lab.trace;

import java.io.IOException;

import org.kmemlab.lab.input.Bytes;
import org.kmemlab.lab.input.LineReader;
import org.kmemlab.lab.input.RecordedFile;

/// Events in the text of tracefs, `perf script` or `trace-cmd report`.
///
/// Nearly all lines of a trace are regular and read by [RegularLine]; the others, all of them if
/// wanted, by [LineHeader] and [EventFields], which take whatever anybody printed, with the same
/// result.
final class TextEvents implements EventSource {

    private final LineReader lines;
    private final EventRecord event;
    private final LineHeader header;
    private final GfpTexts gfpTexts = new GfpTexts();
    private final EventFields fields;
    private final RegularLine regular;
    private final boolean careful;
    private final OddLines odd = new OddLines();
    private final SymbolTable tasks = new SymbolTable();

    private long events;
    private long otherEvents;
    /// Whether the next line was read already, to see that the header ended.
    private boolean pending;

    /// @param event receives the events
    /// @param careful whether no line is taken for a regular one
    TextEvents(RecordedFile source, EventRecord event, boolean careful) {
        this.lines = new LineReader(source);
        this.event = event;
        this.header = new LineHeader(event);
        this.fields = new EventFields(event, gfpTexts);
        this.regular = new RegularLine(event, header, fields, gfpTexts);
        this.careful = careful;
    }

    @Override
    public boolean next() throws IOException {
        while (true) {
            if (!pending && !careful && takeRegular()) {
                return true;
            }
            if (!pending && !lines.next()) {
                return false;
            }
            pending = false;
            if (parseLine()) {
                return true;
            }
        }
    }

    private boolean takeRegular() {
        int from = lines.ahead();
        int end = lines.wholeEnd();
        int lineEnd = from < end ? regular.parse(lines.bytes(), from, end) : -1;
        if (lineEnd < 0) {
            return false;
        }
        lines.take(lineEnd);
        events++;
        odd.eventSeen();
        return true;
    }

    @Override
    public int announcedCpus() throws IOException {
        while (lines.number() == odd.comments && !pending && lines.next()) {
            pending = !odd.takesAsComment(lines.bytes(), lines.start(), lines.end());
        }
        return odd.announcedCpus();
    }

    private boolean parseLine() {
        byte[] bytes = lines.bytes();
        int from = lines.start();
        int to = lines.end();
        if (odd.takesAsComment(bytes, from, to)) {
            return false;
        }
        LineProblem problem = header.parse(bytes, from, to);
        if (problem != LineProblem.NONE) {
            odd.take(lines.number(), bytes, from, to,
                    lines.isTooLong() ? LineProblem.TOO_LONG : problem);
            return false;
        }
        TraceEventKind found = header.kmem
                ? TraceEventKind.of(bytes, header.eventFrom, header.eventTo)
                : null;
        if (found == null) {
            takeOther(bytes);
            return false;
        }
        problem = lines.isTooLong() ? LineProblem.TOO_LONG
                : fields.parse(found, bytes, header.fieldsFrom, to);
        if (problem != LineProblem.NONE) {
            odd.unparsable(lines.number(), problem,
                    lines.isTooLong() ? null : fields.problemField());
            return false;
        }
        event.kind = found;
        events++;
        odd.eventSeen();
        return true;
    }

    private void takeOther(byte[] bytes) {
        if (header.hasEventName(bytes)) {
            otherEvents++;
            odd.eventSeen();
        } else {
            odd.unparsable(lines.number(), LineProblem.NO_EVENT, null);
        }
    }

    @Override
    public long lineNumber() {
        return lines.number();
    }

    @Override
    public int task() {
        byte[] bytes = lines.bytes();
        int from = Bytes.skipBlanks(bytes, lines.start(), header.taskTo);
        return tasks.intern(bytes, from, Bytes.skipBlanksBack(bytes, from, header.taskTo));
    }

    @Override
    public SymbolTable tasks() {
        return tasks;
    }

    @Override
    public SymbolTable callSites() {
        return fields.callSites();
    }

    @Override
    public SymbolTable cacheNames() {
        return fields.names();
    }

    @Override
    public TraceCounts counts() {
        long lineCount = pending ? lines.number() - 1 : lines.number();
        return new TraceCounts(lineCount, events, otherEvents, odd.comments, odd.stackLines,
                odd.lossMarks, odd.unparsable, odd.lostEvents, odd.remembered(),
                gfpTexts.unknown());
    }

    @Override
    public RecordedFile source() {
        return lines.source();
    }

    @Override
    public String recordedAs() {
        return "";
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
