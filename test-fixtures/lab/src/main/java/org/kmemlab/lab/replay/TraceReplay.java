package org.kmemlab.lab.replay;

import static org.kmemlab.lab.replay.ReplayBucket.INFORMATIONAL;

import java.io.IOException;
import java.util.List;

import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.trace.TraceCounts;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceEventKind;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.SlabAllocator;

/// Drives the allocators of a machine with the events of a recorded trace.
///
/// Every object that the trace shows is allocated on the same CPU, with the same size and flags,
/// and freed when the trace frees it; so are pages, except those that the recorded slab layer took,
/// since the machine's own slab layer takes its pages itself. Addresses differ: the replay keeps a
/// table from recorded to own ones. What the trace does not show (bulk frees, objects older than
/// the trace) is inferred where possible and counted.
///
/// A machine for it should keep caches apart (`slab_nomerge`), since the names in a trace are those
/// of caches after merging. No clock is read and nothing is printed.
///
/// @see ReplayBucket
public final class TraceReplay {

    private static final TraceCounts NOTHING_READ = new TraceCounts(0, 0, 0, 0, 0, 0, 0, 0,
            List.of(), List.of());

    private final Machine machine;
    private final ReplayTally tally = new ReplayTally();
    private final ObjectReplay objects;
    private final PageReplay pages;
    private TraceCounts lines = NOTHING_READ;

    /// A replay on a machine that knows nothing of what was allocated before the trace.
    public TraceReplay(SlabAllocator slabs) {
        this(slabs, ReplayTuning.NONE);
    }

    /// The same, with something done otherwise than recorded.
    public TraceReplay(SlabAllocator slabs, ReplayTuning tuning) {
        this(slabs, FramesBefore.none(slabs.pages()), ObjectsBefore.none(slabs), tuning);
    }

    /// A replay on a machine whose page allocator, and perhaps slab layer, were built from the
    /// state right before the trace: pages, and objects, that were in use then can be freed.
    public TraceReplay(SlabAllocator slabs, RecordedState start) {
        this(slabs, start, FramesBefore.of(slabs.pages(), start));
    }

    private TraceReplay(SlabAllocator slabs, RecordedState start, FramesBefore frames) {
        this(slabs, frames, ObjectsBefore.of(slabs, start, frames), ReplayTuning.NONE);
    }

    private TraceReplay(SlabAllocator slabs, FramesBefore frames, ObjectsBefore before,
            ReplayTuning tuning) {
        machine = slabs.machine();
        GfpCache gfps = new GfpCache();
        objects = new ObjectReplay(slabs, before, tally, gfps, tuning);
        pages = new PageReplay(slabs.pages(), objects, frames, tally, gfps);
    }

    /// Replays all events that the cursor still has. One replay takes one trace.
    ///
    /// @throws IllegalArgumentException if an event's CPU does not exist; the message names the
    ///        line
    /// @throws IOException if the trace is damaged; what came before was replayed and is in
    ///         [#result]
    public void run(TraceCursor cursor) throws IOException {
        try {
            while (cursor.next()) {
                replay(cursor);
            }
        } finally {
            finish(cursor);
        }
    }

    /// Replays the next event of a trace, for who wants to look at the machine in between.
    ///
    /// @return false at the end of the trace, which completes the replay
    /// @throws IllegalArgumentException as [#run]
    /// @throws IOException as [#run]
    public boolean step(TraceCursor cursor) throws IOException {
        boolean replayed = false;
        try {
            if (cursor.next()) {
                replay(cursor);
                replayed = true;
            }
        } finally {
            if (!replayed) {
                finish(cursor);
            }
        }
        return replayed;
    }

    private void finish(TraceCursor cursor) {
        pages.finish();
        lines = cursor.counts();
    }

    private void replay(TraceCursor event) {
        TraceEventKind kind = event.kind();
        Cpu cpu = cpuOf(event);
        switch (kind) {
            case KMALLOC, KMALLOC_NODE -> {
                pages.objectSeen(cpu, event.pointer(), event.allocatedBytes());
                tally.count(kind, objects.kmalloc(event, cpu));
            }
            case KMEM_CACHE_ALLOC, KMEM_CACHE_ALLOC_NODE -> {
                pages.objectSeen(cpu, event.pointer(), event.allocatedBytes());
                tally.count(kind, objects.cacheAlloc(event, cpu));
            }
            case KFREE, KMEM_CACHE_FREE -> tally.count(kind, objects.free(event, cpu));
            case MM_PAGE_ALLOC -> pages.alloc(event, cpu);
            case MM_PAGE_FREE -> tally.count(kind, pages.free(event, cpu));
            default -> tally.count(kind, INFORMATIONAL);
        }
    }

    private Cpu cpuOf(TraceCursor event) {
        int cpu = event.cpu();
        if (cpu >= machine.cpus().size()) {
            throw new IllegalArgumentException("line " + event.lineNumber() + ": cpu " + cpu
                    + " is beyond the machine's " + machine.cpus().size()
                    + " CPUs: replay it on a machine with at least " + (cpu + 1));
        }
        return machine.cpu(cpu);
    }

    /// Frees everything that the trace left allocated, on the machine's first CPU. Nothing can be
    /// replayed afterwards.
    public void freeAll() {
        objects.freeAll(machine.cpu(0));
        pages.freeAll(machine.cpu(0));
    }

    /// What was done so far.
    public ReplayResult result() {
        return new ReplayResult(lines, tally.eventTable(),
                tally.objectFigures(objects.liveObjects()), tally.pageFigures(),
                objects.caches().figures(), pages.hasHashedPointers());
    }

    /// All caches of the machine, the newest first, under the names that the trace told: for
    /// slabinfo.
    public List<CacheSnapshot> caches() {
        return objects.caches().snapshots();
    }
}
