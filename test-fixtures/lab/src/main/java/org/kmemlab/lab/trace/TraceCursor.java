package org.kmemlab.lab.trace;

import java.io.IOException;

import org.kmemlab.lab.input.InputException;
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
/// not have means nothing, except where a value for "not given" is named. Reads the binary form that
/// [TraceWriter] writes, and text: what tracefs prints (with or without the thread group column),
/// `perf script`, and `trace-cmd report`; pointers with and without `0x`, page frame numbers in hex
/// and (older kernels) decimal. Other events, comments, call stacks and unreadable lines are skipped
/// and counted ([#counts]); no line makes it throw. A binary trace is whole and right, or it throws.
///
/// @see <a href="https://docs.kernel.org/trace/events-kmem.html">Subsystem Trace Points: kmem</a>
public final class TraceCursor implements AutoCloseable {

    private final EventRecord event = new EventRecord();
    private final EventSource events;

    /// Starts before the first event; closing the cursor closes the source.
    ///
    /// @throws IOException if the thread is interrupted while it waits for the first bytes
    public TraceCursor(RecordedFile source) throws IOException {
        this(source, false);
    }

    /// @param careful whether the way for regular lines is closed; the results are the same
    TraceCursor(RecordedFile source, boolean careful) throws IOException {
        this.events = source.startsWith(BinaryFormat.MAGIC) ? new BinaryEvents(source, event)
                : new TextEvents(source, event, careful);
    }

    /// The event itself.
    EventRecord event() {
        return event;
    }

    /// Goes to the next event.
    ///
    /// @return false at the end of the trace
    /// @throws InputException if the file is damaged; all whole lines before were delivered
    public boolean next() throws IOException {
        return events.next();
    }

    /// Reads the comments at the start, if that was not done, and tells how many CPUs they name.
    ///
    /// @return the `#P:` number of a tracefs header; 0 if there is none
    /// @throws InputException if the file is damaged
    public int announcedCpus() throws IOException {
        return events.announcedCpus();
    }

    /// What happened.
    public TraceEventKind kind() {
        return event.kind;
    }

    /// The number of the event's line in the file, from 1.
    public long lineNumber() {
        return events.lineNumber();
    }

    /// The CPU it happened on.
    public int cpu() {
        return event.cpu;
    }

    /// The thread that was running (0 for the idle ones).
    public int pid() {
        return event.pid;
    }

    /// Nanoseconds on the trace's clock; tracefs prints microseconds.
    public long timeNanos() {
        return event.timeNanos;
    }

    /// A column of the flags: 0 interrupts off (`d`), 1 need to reschedule (`N`), 2 in an
    /// interrupt (`h` hard, `s` soft, `H` hard inside soft), 3 preemption depth; a dot if not set.
    ///
    /// @return 0 if the line has no such column (perf script has none)
    public char flag(int column) {
        return (char) (event.flags >>> (column * Byte.SIZE) & 0xff);
    }

    /// Whether it happened in a hard or soft interrupt, not in the thread [#pid] itself.
    public boolean isInInterrupt() {
        char context = flag(2);
        return context != '.' && context != 0;
    }

    /// The number of the thread's name in [#tasks]. Costs a table look-up.
    public int task() {
        return events.task();
    }

    /// The names of threads asked for so far.
    public SymbolTable tasks() {
        return events.tasks();
    }

    /// The object's address as recorded: 0 for NULL; not the true one if the kernel hashed it
    /// ([#isHashed]).
    public long pointer() {
        return event.pointer;
    }

    /// Whether this pointer is no address of a 64-bit kernel's memory: unless told not to, the kernel
    /// prints a hash of 32 bits instead of a pointer. Equal pointers still have equal hashes.
    public static boolean isHashed(long pointer) {
        return pointer != 0 && pointer >>> 32 == 0;
    }

    /// The object's number in a binary trace: from 1, the same for its allocation and its free, and
    /// given to other objects later. 0 in text, and for objects that the trace did not see allocated.
    public int objectNumber() {
        return event.number;
    }

    /// The number of the calling function in [#callSites]; [SymbolTable#NONE] if not given.
    public int callSite() {
        return event.callSite;
    }

    /// The call sites seen so far.
    public SymbolTable callSites() {
        return events.callSites();
    }

    /// The number of the cache's name in [#cacheNames]; [SymbolTable#NONE] if not given: frees
    /// always have it, allocations since Linux 6.9.
    public int cacheName() {
        return event.name;
    }

    /// The cache names seen so far.
    public SymbolTable cacheNames() {
        return events.cacheNames();
    }

    /// Bytes that the caller asked for.
    public long requestedBytes() {
        return event.bytesReq;
    }

    /// Bytes that the object takes: a cache's stride, a size class, or whole pages.
    public long allocatedBytes() {
        return event.bytesAlloc;
    }

    /// The flags of the request, as this library numbers them.
    public int gfpBits() {
        return event.gfp;
    }

    /// The wanted node; -1 if any will do or it is not given.
    public int node() {
        return event.node;
    }

    /// Whether the object is charged to a control group; false if not given.
    public boolean isAccounted() {
        return event.accounted;
    }

    /// The address of the page's descriptor; 0 for none.
    public long page() {
        return event.page;
    }

    /// The first page frame of the block.
    public long pfn() {
        return event.pfn;
    }

    /// Whether a page request got nothing.
    public boolean isPageFailure() {
        return event.pfn == -1 || (event.pfn == 0 && event.page == 0);
    }

    /// log2 of the block's length in pages, 0 to 13; for a fallback, of the request.
    public int order() {
        return event.order;
    }

    /// The migrate type's number; for a fallback, that of the request.
    public int migrateType() {
        return event.migrateType;
    }

    /// Whether the block was taken to fill a CPU's list.
    public boolean isPercpuRefill() {
        return event.percpuRefill;
    }

    /// For a fallback: the order of the block that was taken.
    public int fallbackOrder() {
        return event.fallbackOrder;
    }

    /// For a fallback: the order of the machine's pageblocks; -1 if not given.
    public int pageblockOrder() {
        return event.pageblockOrder;
    }

    /// For a fallback: the migrate type whose block was taken.
    public int fallbackMigrateType() {
        return event.fallbackMigrateType;
    }

    /// For a fallback: whether less than a pageblock was taken.
    public boolean isFragmenting() {
        return event.fragmenting;
    }

    /// For a fallback: whether the whole pageblock changed its type.
    public boolean isOwnershipChanged() {
        return event.changeOwnership;
    }

    /// What the lines up to here were.
    public TraceCounts counts() {
        return events.counts();
    }

    /// Where the lines come from; its position serves a progress display.
    public RecordedFile source() {
        return events.source();
    }

    /// Whether this is a trace in the binary form.
    public boolean isBinary() {
        return events instanceof BinaryEvents;
    }

    /// What the text was called that a binary trace was made from, once the first event was asked
    /// for; empty for text.
    public String recordedAs() {
        return events.recordedAs();
    }

    /// Closes the source.
    @Override
    public void close() throws IOException {
        events.close();
    }
}
