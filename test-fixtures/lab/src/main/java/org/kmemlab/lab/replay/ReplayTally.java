package org.kmemlab.lab.replay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.kmemlab.lab.replay.ReplayResult.EventTable;
import org.kmemlab.lab.replay.ReplayResult.ObjectFigures;
import org.kmemlab.lab.replay.ReplayResult.PageFigures;
import org.kmemlab.lab.replay.ReplayResult.PageRequests;
import org.kmemlab.lab.trace.TraceEventKind;

/// Counts while a replay runs.
final class ReplayTally {

    private static final int MAX_ORDER = 13;
    private static final int MAX_TYPES = 8;

    private final long[][] events = new long[TraceEventKind.values().length][ReplayBucket
            .values().length];
    private final long[][] pageRequests = new long[MAX_ORDER + 1][MAX_TYPES];

    long objectAllocs;
    long objectFrees;
    long crossCpuFrees;
    long requestedBytes;
    long allocatedBytes;
    long liveBytes;
    long peakLiveBytes;
    long silentObjectFrees;

    long pageAllocs;
    long pageAllocPages;
    long pageFrees;
    long pageFreePages;
    long matchedPageFrees;
    long pageFailures;
    long slabBlocks;
    long partialFrees;
    long silentPageFrees;

    void count(TraceEventKind kind, ReplayBucket bucket) {
        events[kind.ordinal()][bucket.ordinal()]++;
    }

    /// Corrects an event that was counted before.
    void move(TraceEventKind kind, ReplayBucket from, ReplayBucket to) {
        events[kind.ordinal()][from.ordinal()]--;
        events[kind.ordinal()][to.ordinal()]++;
    }

    void pageRequest(int order, int migrateType) {
        pageRequests[Math.min(order, MAX_ORDER)][Math.clamp(migrateType, 0, MAX_TYPES - 1)]++;
    }

    /// Books an object that came to life in the trace.
    void objectBorn(long requested, long allocated) {
        objectAllocs++;
        requestedBytes += requested;
        allocatedBytes += allocated;
        liveBytes += allocated;
        peakLiveBytes = Math.max(peakLiveBytes, liveBytes);
    }

    EventTable eventTable() {
        List<List<Long>> rows = new ArrayList<>();
        for (long[] row : events) {
            rows.add(Arrays.stream(row).boxed().toList());
        }
        return new EventTable(rows);
    }

    ObjectFigures objectFigures(int liveObjects) {
        return new ObjectFigures(objectAllocs, objectFrees, requestedBytes, allocatedBytes,
                crossCpuFrees, liveObjects, liveBytes, peakLiveBytes, silentObjectFrees);
    }

    PageFigures pageFigures() {
        List<PageRequests> requests = new ArrayList<>();
        for (int order = 0; order <= MAX_ORDER; order++) {
            for (int type = 0; type < MAX_TYPES; type++) {
                if (pageRequests[order][type] > 0) {
                    requests.add(new PageRequests(order, type, pageRequests[order][type]));
                }
            }
        }
        return new PageFigures(pageAllocs, pageAllocPages, pageFrees, pageFreePages,
                matchedPageFrees, pageFailures, requests, slabBlocks, partialFrees,
                silentPageFrees);
    }
}
