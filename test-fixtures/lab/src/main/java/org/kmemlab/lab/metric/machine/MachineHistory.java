package org.kmemlab.lab.metric.machine;

import static org.kmemlab.lab.metric.machine.MachineMeasure.CROSS_CPU_FREES;
import static org.kmemlab.lab.metric.machine.MachineMeasure.FAILED;
import static org.kmemlab.lab.metric.machine.MachineMeasure.FREE_PAGES;
import static org.kmemlab.lab.metric.machine.MachineMeasure.LARGEST_FREE_ORDER;
import static org.kmemlab.lab.metric.machine.MachineMeasure.OBJECTS;
import static org.kmemlab.lab.metric.machine.MachineMeasure.OBJECT_BYTES;
import static org.kmemlab.lab.metric.machine.MachineMeasure.OTHER_BYTES;
import static org.kmemlab.lab.metric.machine.MachineMeasure.PARTIAL_SLABS;
import static org.kmemlab.lab.metric.machine.MachineMeasure.PER_CPU_PAGES;
import static org.kmemlab.lab.metric.machine.MachineMeasure.SILENT_FREES;
import static org.kmemlab.lab.metric.machine.MachineMeasure.SLABS;
import static org.kmemlab.lab.metric.machine.MachineMeasure.SLAB_BYTES;
import static org.kmemlab.lab.metric.machine.MachineMeasure.STEALS;
import static org.kmemlab.lab.metric.machine.MachineMeasure.TIME_MICROS;
import static org.kmemlab.lab.metric.machine.MachineMeasure.UNUSABLE3_PERMILLE;
import static org.kmemlab.lab.metric.machine.MachineMeasure.UNUSABLE6_PERMILLE;
import static org.kmemlab.lab.metric.machine.MachineMeasure.UNUSABLE9_PERMILLE;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.Fragmentation;
import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.PageEvents;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.lab.replay.ReplayBucket;
import org.kmemlab.lab.replay.ReplayResult;
import org.kmemlab.lab.replay.TraceReplay;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.SlabAllocator;

/// Replays a trace and writes down what its machine looks like on the way.
///
/// A sample costs O(blocks of pages + slabs); memory use does not depend on the length of the trace.
public final class MachineHistory {

    private static final int NANOS_PER_MICRO = 1_000;

    private final SlabAllocator slabs;
    private final TraceReplay replay;
    private final MachineSeries series = new MachineSeries();
    private final List<FreeBlocks> freeBlocks;
    private final List<Moment> moments = new ArrayList<>();
    private final long managedPages;
    private long steals;
    private long events;
    private long firstNanos = -1;
    private long nowNanos;

    /// Gets ready; takes the place of an observer of the page allocator.
    ///
    /// @param slabs the machine
    /// @param replay a replay on it that has not begun
    public MachineHistory(SlabAllocator slabs, TraceReplay replay) {
        this.slabs = slabs;
        this.replay = replay;
        List<ZoneState> zones = slabs.pages().snapshot();
        freeBlocks = FreeBlocks.of(zones);
        managedPages = zones.stream().mapToLong(zone -> zone.span().managedPages()).sum();
        slabs.pages().observe(new PageEvents() {
            @Override
            public void extfrag(int pfn, int order, int fallbackOrder, MigrateType start,
                    MigrateType fallback, boolean changedOwnership) {
                steals++;
            }
        });
    }

    /// Replays a trace.
    ///
    /// @param allEvents events of the trace
    /// @param samples how many samples are wanted after the one at the start, 1 or more
    /// @param pictures how many moments are wanted after the one at the start, 1 to `samples`
    /// @throws IOException if the trace is damaged
    public void run(TraceCursor cursor, long allEvents, int samples, int pictures)
            throws IOException {
        Validate.isTrue(samples >= 1 && pictures >= 1 && pictures <= samples,
                "%d samples and %d pictures: expected at least 1, and no more pictures than samples",
                samples, pictures);
        sample(true);
        int taken = 0;
        int pictured = 0;
        while (replay.step(cursor)) {
            events++;
            nowNanos = cursor.timeNanos();
            firstNanos = firstNanos < 0 ? nowNanos : firstNanos;
            // Nothing at the very end: what waited for later events is executed first.
            if (events < allEvents && events * samples / allEvents > taken) {
                taken = (int) (events * samples / allEvents);
                boolean picture = events * pictures / allEvents > pictured;
                pictured = (int) (events * pictures / allEvents);
                sample(picture);
            }
        }
        sample(true);
    }

    private void sample(boolean picture) {
        List<ZoneState> zones = slabs.pages().snapshot();
        List<CacheSnapshot> caches = replay.caches();
        FreeBlocks.add(freeBlocks, zones);
        series.add(events, row(caches));
        if (picture) {
            moments.add(Moment.of(events, slabs, zones, caches));
        }
    }

    private Map<MachineMeasure, Long> row(List<CacheSnapshot> caches) {
        Map<MachineMeasure, Long> row = new EnumMap<>(MachineMeasure.class);
        row.put(TIME_MICROS, firstNanos < 0 ? 0 : (nowNanos - firstNanos) / NANOS_PER_MICRO);
        long slabPages = 0;
        for (CacheSnapshot cache : caches) {
            long objects = cache.allocatedObjects();
            row.merge(OBJECTS, objects, Long::sum);
            row.merge(OBJECT_BYTES, objects * cache.geometry().size(), Long::sum);
            row.merge(SLABS, cache.slabs(), Long::sum);
            row.merge(PARTIAL_SLABS, partialSlabs(cache), Long::sum);
            slabPages += cache.slabs() << cache.geometry().order();
        }
        PageAllocator.Totals free = slabs.pages().totals();
        row.put(SLAB_BYTES, slabPages * PhysicalMemory.PAGE_SIZE);
        row.put(FREE_PAGES, free.freePages());
        row.put(PER_CPU_PAGES, free.perCpuPages());
        row.put(OTHER_BYTES, PhysicalMemory.PAGE_SIZE
                * (managedPages - free.freePages() - free.perCpuPages() - slabPages));
        addPieces(row);
        ReplayResult result = replay.result();
        row.put(STEALS, steals);
        row.put(CROSS_CPU_FREES, result.objects().crossCpuFrees());
        row.put(SILENT_FREES, result.objects().silentFrees() + result.pages().silentFrees());
        row.put(FAILED, result.events().count(ReplayBucket.FAILED));
        return row;
    }

    private static long partialSlabs(CacheSnapshot cache) {
        return cache.listedSlabs().stream().filter(
                slab -> !slab.free().isEmpty() && slab.free().size() < slab.objects()).count();
    }

    private void addPieces(Map<MachineMeasure, Long> row) {
        int[] blocks = FreeBlocks.byOrder(freeBlocks, series.rows());
        Fragmentation pieces = new Fragmentation(blocks);
        row.put(UNUSABLE3_PERMILLE, (long) pieces.unusableIndex(3));
        row.put(UNUSABLE6_PERMILLE, (long) pieces.unusableIndex(6));
        row.put(UNUSABLE9_PERMILLE, (long) pieces.unusableIndex(9));
        int largest = blocks.length - 1;
        while (largest >= 0 && blocks[largest] == 0) {
            largest--;
        }
        row.put(LARGEST_FREE_ORDER, (long) largest);
    }

    /// Figures over time.
    public MachineSeries series() {
        return series;
    }

    /// The free lists of each zone, a row for each row of [#series].
    public List<FreeBlocks> freeBlocks() {
        return freeBlocks;
    }

    /// Pictures of the machine, the first before the first event, the last after the last one.
    public List<Moment> moments() {
        return List.copyOf(moments);
    }
}
