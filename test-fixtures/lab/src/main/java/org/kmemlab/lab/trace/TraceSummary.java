package org.kmemlab.lab.trace;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What a trace is about, from one pass over it.
///
/// @param form `text` or `binary`
/// @param recordedAs for a binary trace, what the text was called that it was made from; empty for
///        text
/// @param counts what the lines were
/// @param eventsByKind one number for each [TraceEventKind]
/// @param cpus CPUs of the recording machine, as far as one can see
/// @param firstNanos time of the first event; 0 without any
/// @param lastNanos time of the last event
/// @param callSites distinct call sites
/// @param cacheNames distinct names of caches
/// @param tasks distinct names of tasks
public record TraceSummary(String form, String recordedAs, TraceCounts counts,
        List<Long> eventsByKind, int cpus, long firstNanos, long lastNanos, int callSites,
        int cacheNames, int tasks) {

    /// Copies the list.
    public TraceSummary {
        eventsByKind = List.copyOf(eventsByKind);
    }

    /// Reads a trace from where the cursor stands to its end.
    public static TraceSummary of(TraceCursor cursor) throws IOException {
        long[] events = new long[TraceEventKind.values().length];
        int cpus = cursor.announcedCpus();
        long first = 0;
        long last = 0;
        boolean any = false;
        while (cursor.next()) {
            last = cursor.timeNanos();
            first = any ? first : last;
            any = true;
            events[cursor.kind().ordinal()]++;
            cpus = Math.max(cpus, cursor.cpu() + 1);
            // Tasks get their numbers when they are asked for.
            var _ = cursor.task();
        }
        List<Long> byKind = new ArrayList<>();
        for (long count : events) {
            byKind.add(count);
        }
        return new TraceSummary(cursor.isBinary() ? "binary" : "text", cursor.recordedAs(),
                cursor.counts(), byKind, Math.max(cpus, cursor.announcedCpus()), first, last,
                cursor.callSites().size(), cursor.cacheNames().size(), cursor.tasks().size());
    }
}
