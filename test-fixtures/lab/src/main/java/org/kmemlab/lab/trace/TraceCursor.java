package org.kmemlab.lab.trace;

import java.io.IOException;

import org.kmemlab.lab.input.Bytes;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.LineReader;
import org.kmemlab.lab.input.RecordedFile;

/// Goes through the `kmem` events of a trace, one at a time, without making garbage.
///
/// ```java
/// try (TraceCursor cursor = new TraceCursor(RecordedFile.open(file))) {
///     while (cursor.next()) {
///         if (cursor.kind() == TraceEventKind.KMALLOC) {
///             requested += cursor.requestedBytes();
///         }
///     }
/// }
/// ```
///
/// The accessors tell of the event that the last [#next] went to; one whose field the event does
/// not have means nothing, except where a value for "not given" is named. Reads what tracefs
/// prints (with or without the thread group column), `perf script`, and `trace-cmd report`;
/// pointers with and without `0x`, page frame numbers in hex and (older kernels) decimal. Other
/// events, comments, call stacks and unreadable lines are skipped and counted ([#counts]); no line
/// makes it throw.
///
/// @see <a href="https://docs.kernel.org/trace/events-kmem.html">Subsystem Trace Points: kmem</a>
public final class TraceCursor implements AutoCloseable {

    private final LineReader lines;
    private final LineHeader header = new LineHeader();
    private final GfpTexts gfpTexts = new GfpTexts();
    private final EventFields fields = new EventFields(gfpTexts);
    private final OddLines odd = new OddLines();
    private final SymbolTable tasks = new SymbolTable();

    private TraceEventKind kind = TraceEventKind.KFREE;
    private long events;
    private long otherEvents;
    /// Whether the next line was read already, to see that the header ended.
    private boolean pending;

    /// Starts before the first event; closing the cursor closes the source.
    public TraceCursor(RecordedFile source) {
        this.lines = new LineReader(source);
    }

    /// Goes to the next event.
    ///
    /// @return false at the end of the trace
    /// @throws InputException if the file is damaged; all whole lines before were delivered
    public boolean next() throws IOException {
        while (pending || lines.next()) {
            pending = false;
            if (parseLine()) {
                return true;
            }
        }
        return false;
    }

    /// Reads the comments at the start, if that was not done, and tells how many CPUs they name.
    ///
    /// @return the `#P:` number of a tracefs header; 0 if there is none
    /// @throws InputException if the file is damaged
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
        kind = found;
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

    /// What happened.
    public TraceEventKind kind() {
        return kind;
    }

    /// The number of the event's line in the file, from 1.
    public long lineNumber() {
        return lines.number();
    }

    /// The CPU it happened on.
    public int cpu() {
        return header.cpu;
    }

    /// The thread that was running (0 for the idle ones).
    public int pid() {
        return header.pid;
    }

    /// Nanoseconds on the trace's clock; tracefs prints microseconds.
    public long timeNanos() {
        return header.timeNanos;
    }

    /// A column of the flags: 0 interrupts off (`d`), 1 need to reschedule (`N`), 2 in an
    /// interrupt (`h` hard, `s` soft, `H` hard inside soft), 3 preemption depth; a dot if not set.
    ///
    /// @return 0 if the line has no such column (perf script has none)
    public char flag(int column) {
        return (char) (header.flags >>> (column * Byte.SIZE) & 0xff);
    }

    /// Whether it happened in a hard or soft interrupt, not in the thread [#pid] itself.
    public boolean isInInterrupt() {
        char context = flag(2);
        return context != '.' && context != 0;
    }

    /// The number of the thread's name in [#tasks]. Costs a table look-up.
    public int task() {
        byte[] bytes = lines.bytes();
        int from = Bytes.skipBlanks(bytes, lines.start(), header.taskTo);
        return tasks.intern(bytes, from, Bytes.skipBlanksBack(bytes, from, header.taskTo));
    }

    /// The names of threads asked for so far.
    public SymbolTable tasks() {
        return tasks;
    }

    /// The object's address as recorded: 0 for NULL; not the true one if the kernel hashed it
    /// ([#isHashed]).
    public long pointer() {
        return fields.pointer;
    }

    /// Whether this pointer is no address of a 64-bit kernel's memory: unless told not to, the kernel
    /// prints a hash of 32 bits instead of a pointer. Equal pointers still have equal hashes.
    public static boolean isHashed(long pointer) {
        return pointer != 0 && pointer >>> 32 == 0;
    }

    /// The number of the calling function in [#callSites]; [SymbolTable#NONE] if not given.
    public int callSite() {
        return fields.callSite;
    }

    /// The call sites seen so far.
    public SymbolTable callSites() {
        return fields.callSites();
    }

    /// The number of the cache's name in [#cacheNames]; [SymbolTable#NONE] if not given: frees
    /// always have it, allocations since Linux 6.9.
    public int cacheName() {
        return fields.name;
    }

    /// The cache names seen so far.
    public SymbolTable cacheNames() {
        return fields.names();
    }

    /// Bytes that the caller asked for.
    public long requestedBytes() {
        return fields.bytesReq;
    }

    /// Bytes that the object takes: a cache's stride, a size class, or whole pages.
    public long allocatedBytes() {
        return fields.bytesAlloc;
    }

    /// The flags of the request, as this library numbers them.
    public int gfpBits() {
        return fields.gfp;
    }

    /// The wanted node; -1 if any will do or it is not given.
    public int node() {
        return fields.node;
    }

    /// Whether the object is charged to a control group; false if not given.
    public boolean isAccounted() {
        return fields.accounted;
    }

    /// The address of the page's descriptor; 0 for none.
    public long page() {
        return fields.page;
    }

    /// The first page frame of the block.
    public long pfn() {
        return fields.pfn;
    }

    /// Whether a page request got nothing.
    public boolean isPageFailure() {
        return fields.pfn == -1 || (fields.pfn == 0 && fields.page == 0);
    }

    /// log2 of the block's length in pages, 0 to 13; for a fallback, of the request.
    public int order() {
        return fields.order;
    }

    /// The migrate type's number; for a fallback, that of the request.
    public int migrateType() {
        return fields.migrateType;
    }

    /// Whether the block was taken to fill a CPU's list.
    public boolean isPercpuRefill() {
        return fields.percpuRefill;
    }

    /// For a fallback: the order of the block that was taken.
    public int fallbackOrder() {
        return fields.fallbackOrder;
    }

    /// For a fallback: the order of the machine's pageblocks; -1 if not given.
    public int pageblockOrder() {
        return fields.pageblockOrder;
    }

    /// For a fallback: the migrate type whose block was taken.
    public int fallbackMigrateType() {
        return fields.fallbackMigrateType;
    }

    /// For a fallback: whether less than a pageblock was taken.
    public boolean isFragmenting() {
        return fields.fragmenting;
    }

    /// For a fallback: whether the whole pageblock changed its type.
    public boolean isOwnershipChanged() {
        return fields.changeOwnership;
    }

    /// What the lines up to here were.
    public TraceCounts counts() {
        long lineCount = pending ? lines.number() - 1 : lines.number();
        return new TraceCounts(lineCount, events, otherEvents, odd.comments, odd.stackLines,
                odd.lossMarks, odd.unparsable, odd.lostEvents, odd.remembered(),
                gfpTexts.unknown());
    }

    /// Where the lines come from; its position serves a progress display.
    public RecordedFile source() {
        return lines.source();
    }

    /// Closes the source.
    @Override
    public void close() throws IOException {
        lines.close();
    }
}
