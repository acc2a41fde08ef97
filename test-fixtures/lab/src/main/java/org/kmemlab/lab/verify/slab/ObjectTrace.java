package org.kmemlab.lab.verify.slab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.trace.SymbolTable;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceEventKind;
import org.kmemlab.lab.verify.page.PageEvent;
import org.kmemlab.machine.PhysicalMemory;

/// The object events of a trace in memory, and what the whole trace tells of each of them: up to
/// Linux 6.8 an allocation does not name its cache, but a later free of an object in the same pages
/// does.
///
/// What bulk calls do prints nothing. Where an object is handed out that was not given back, or
/// comes back without having been handed out, such a call must have been: its cache has silent
/// objects.
final class ObjectTrace {

    private final List<ObjectEvent> events = new ArrayList<>();
    private final Map<Long, SlabLife> lifeOfRequest = new HashMap<>();
    private final List<SlabLife> silentLives = new ArrayList<>();
    private final Map<Integer, SlabLife> lifeOfFrame = new HashMap<>();
    private final Set<Integer> requestedFrames = new HashSet<>();
    /// By address: whether the last event of the object handed it out.
    private final Long2ObjectHashMap<Boolean> inUse = new Long2ObjectHashMap<>();
    private final Map<Integer, Long> interruptBefore = new HashMap<>();

    private ObjectTrace() {
    }

    /// Reads the object events of a trace, plain or gz.
    ///
    /// @param memory the machine's, for the frame of an address
    static ObjectTrace read(Path file, PhysicalMemory memory) throws IOException {
        ObjectTrace trace = new ObjectTrace();
        Reader reader = new Reader(trace, memory);
        try (TraceCursor cursor = new TraceCursor(RecordedFile.open(file))) {
            while (cursor.next()) {
                reader.take(cursor);
            }
        }
        return trace;
    }

    int size() {
        return events.size();
    }

    ObjectEvent get(int index) {
        return events.get(index);
    }

    /// The life of the pages that a line of the trace requests; null if that is not known.
    @Nullable
    SlabLife lifeOf(PageEvent request) {
        return lifeOfRequest.get(request.line());
    }

    /// The life of a frame when the trace ends; null if no object was seen in it.
    @Nullable
    SlabLife lifeAtEnd(int pfn) {
        return lifeOfFrame.get(pfn);
    }

    /// Whether an object must be in use when the trace ends, as far as its events tell; null if it
    /// has none.
    @Nullable
    Boolean isInUseAtEnd(long address) {
        return inUse.get(address);
    }

    /// Whether the trace shows a request for a frame.
    boolean isRequested(int pfn) {
        return requestedFrames.contains(pfn);
    }

    /// The first line of the interrupt that came on the CPU of an event of a task, with nothing of
    /// the task between; 0 if none came.
    long interruptBefore(int index) {
        return interruptBefore.getOrDefault(index, 0L);
    }

    /// Pages with objects that were handed out or came back without an event.
    List<SlabLife> silentLives() {
        return silentLives;
    }

    /// Goes through the file once.
    private static final class Reader {
        private final ObjectTrace trace;
        private final PhysicalMemory memory;
        private final Map<Integer, SlabLife> lifeOfFrame;
        /// By CPU: where the lines of interrupts begin that have no line of a task behind them.
        private final Map<Integer, Long> interruptAt = new HashMap<>();

        Reader(ObjectTrace trace, PhysicalMemory memory) {
            this.trace = trace;
            this.lifeOfFrame = trace.lifeOfFrame;
            this.memory = memory;
        }

        void take(TraceCursor cursor) {
            TraceEventKind kind = cursor.kind();
            if (cursor.isInInterrupt()) {
                interruptAt.putIfAbsent(cursor.cpu(), cursor.lineNumber());
            } else {
                Long interrupt = interruptAt.remove(cursor.cpu());
                if (interrupt != null && isAllocation(kind)) {
                    trace.interruptBefore.put(trace.events.size(), interrupt);
                }
            }
            switch (kind) {
                case MM_PAGE_ALLOC -> pageAlloc(cursor);
                case MM_PAGE_FREE -> frames(cursor, null);
                case KMALLOC, KMALLOC_NODE, KMEM_CACHE_ALLOC, KMEM_CACHE_ALLOC_NODE, KFREE,
                        KMEM_CACHE_FREE -> object(cursor, kind);
                default -> {
                    // Says nothing about objects.
                }
            }
        }

        private static boolean isAllocation(TraceEventKind kind) {
            return switch (kind) {
                case KMALLOC, KMALLOC_NODE, KMEM_CACHE_ALLOC, KMEM_CACHE_ALLOC_NODE -> true;
                default -> false;
            };
        }

        private void pageAlloc(TraceCursor cursor) {
            SlabLife life = new SlabLife(cursor.lineNumber());
            if (!cursor.isPageFailure()) {
                frames(cursor, life);
                trace.lifeOfRequest.put(cursor.lineNumber(), life);
            }
        }

        private void frames(TraceCursor cursor, @Nullable SlabLife life) {
            for (int i = 0; i < 1 << cursor.order(); i++) {
                if (life == null) {
                    lifeOfFrame.remove((int) cursor.pfn() + i);
                } else {
                    lifeOfFrame.put((int) cursor.pfn() + i, life);
                    trace.requestedFrames.add((int) cursor.pfn() + i);
                }
            }
        }

        private void object(TraceCursor cursor, TraceEventKind kind) {
            int pfn = memory.pfnOf(cursor.pointer());
            if (pfn < 0) {
                // NULL, or an answer that is no address.
                return;
            }
            boolean alloc = isAllocation(kind);
            boolean kmalloc = kind == TraceEventKind.KMALLOC || kind == TraceEventKind.KMALLOC_NODE
                    || kind == TraceEventKind.KFREE;
            int name = cursor.cacheName();
            SlabLife life = lifeOfFrame.computeIfAbsent(pfn, frame -> new SlabLife(0));
            ObjectEvent event = new ObjectEvent(cursor.lineNumber(), alloc, kmalloc, cursor.cpu(),
                    cursor.pid(), cursor.isInInterrupt(), cursor.pointer(),
                    name == SymbolTable.NONE ? null : cursor.cacheNames().text(name),
                    cursor.callSite(), cursor.requestedBytes(), cursor.allocatedBytes(),
                    alloc ? cursor.gfpBits() : 0, cursor.node(), life);
            learn(event, life);
            trace.events.add(event);
        }

        private void learn(ObjectEvent event, SlabLife life) {
            if (life.firstEvent == SlabLife.NONE) {
                life.firstEvent = trace.events.size();
                life.isLarge = event.isLarge();
                life.isTriggered = event.isAlloc() && life.requestLine > 0;
            }
            if (event.cacheName() != null) {
                life.cacheName = event.cacheName();
            }
            Boolean before = trace.inUse.put(event.pointer(), Boolean.valueOf(event.isAlloc()));
            if (before != null && before == event.isAlloc()) {
                trace.silentLives.add(life);
            }
        }
    }
}
