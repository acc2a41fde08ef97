package org.kmemlab.lab.verify.page;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.verify.page.PageEvent.Kind;

/// The page events of a trace in memory, and what can be told of each from its neighbours.
///
/// A page freed in a batch prints a free line first and a batched line later; it reaches the CPU's
/// list at the latter. A page freed by an interrupt that came while a batch was being put on that
/// list finds the list locked and goes to the zone: its neighbours on the CPU, seen from the task,
/// are both lines of putting that batch away.
public final class PageTrace {

    private final List<PageEvent> events = new ArrayList<>();
    private final BitSet batched = new BitSet();
    private final BitSet pastLockedList = new BitSet();

    private PageTrace() {
    }

    /// Reads the page events of a trace, plain or gz.
    public static PageTrace read(Path file) throws IOException {
        PageTrace trace = new PageTrace();
        Map<Integer, Integer> openFrees = new HashMap<>();
        try (TraceCursor cursor = new TraceCursor(RecordedFile.open(file))) {
            while (cursor.next()) {
                PageEvent event = PageEvent.of(cursor);
                if (event.kind() != Kind.OTHER) {
                    trace.add(event, openFrees);
                }
            }
        }
        trace.markPastLockedList();
        return trace;
    }

    private void add(PageEvent event, Map<Integer, Integer> openFrees) {
        int index = events.size();
        events.add(event);
        switch (event.kind()) {
            case ALLOC -> openFrees.remove(event.pfn());
            case FREE -> openFrees.put(event.pfn(), index);
            case FREE_BATCHED -> {
                Integer free = openFrees.remove(event.pfn());
                if (free != null) {
                    batched.set(free);
                }
            }
            default -> {
                // Says nothing about how pages are freed.
            }
        }
    }

    private void markPastLockedList() {
        Map<Integer, PageEvent> before = new HashMap<>();
        Map<Integer, List<Integer>> waiting = new HashMap<>();
        for (int index = 0; index < events.size(); index++) {
            PageEvent event = events.get(index);
            if (event.inInterrupt()) {
                if (event.kind() == Kind.FREE && !batched.get(index)) {
                    waiting.computeIfAbsent(event.cpu(), cpu -> new ArrayList<>()).add(index);
                }
                continue;
            }
            List<Integer> inside = waiting.remove(event.cpu());
            if (inside != null && isSameBatch(before.get(event.cpu()), event)) {
                inside.forEach(pastLockedList::set);
            }
            before.put(event.cpu(), event);
        }
    }

    private static boolean isSameBatch(@Nullable PageEvent before, PageEvent after) {
        return before != null && before.pid() == after.pid() && putsAway(before) && putsAway(after);
    }

    private static boolean putsAway(PageEvent event) {
        return event.kind() == Kind.FREE_BATCHED || event.kind() == Kind.PCPU_DRAIN;
    }

    public int size() {
        return events.size();
    }

    public PageEvent get(int index) {
        return events.get(index);
    }

    /// Whether the page of a free line reaches the CPU's list only at a later batched line.
    public boolean isBatched(int index) {
        return batched.get(index);
    }

    /// Whether a free finds the CPU's list locked.
    public boolean isPastLockedList(int index) {
        return pastLockedList.get(index);
    }
}
