package org.kmemlab.lab.metric.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.lab.metric.machine.PageMap.Kind;
import org.kmemlab.lab.metric.machine.PageMap.Run;
import org.kmemlab.lab.replay.BundledTrace;
import org.kmemlab.lab.replay.TraceReplay;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.SlabAllocator;

/// If it failed, pictures of a machine would show something else than what the machine holds.
class MachineHistoryTest {

    private static final int EVENTS = 2710;
    private static final int SAMPLES = 20;
    private static final int PICTURES = 4;

    private Machine machine;
    private SlabAllocator slabs;
    private TraceReplay replay;
    private MachineHistory history;

    @BeforeEach
    void replayTheBundledTrace() throws IOException {
        machine = new Machine(MachineConfig.ofMebibytes(64)
                .withProfile(KernelProfile.LINUX_6_1.booted("slab_nomerge")));
        slabs = new SlabAllocator(new PageAllocator(machine));
        replay = new TraceReplay(slabs);
        history = new MachineHistory(slabs, replay);
        try (TraceCursor cursor = new TraceCursor(BundledTrace.open())) {
            history.run(cursor, EVENTS, SAMPLES, PICTURES);
        }
    }

    @AfterEach
    void close() {
        slabs.validate();
        slabs.pages().validate();
        replay.freeAll();
        machine.close();
    }

    /// Charts would begin late, end early, or have holes.
    @Test
    void run_samplesFromTheFirstToTheLastEvent() {
        List<Long> events = history.series().events();

        assertThat(events).hasSize(SAMPLES + 1).isSorted().doesNotHaveDuplicates();
        assertThat(events.getFirst()).isZero();
        assertThat(events.getLast()).isEqualTo(EVENTS);
        assertThat(history.moments()).extracting(Moment::event).hasSize(PICTURES + 1)
                .startsWith(0L).endsWith((long) EVENTS).isSorted();
        assertThat(history.freeBlocks()).allMatch(zone -> zone.rows().size() == SAMPLES + 1);
    }

    /// Figures at the end would not be those of the allocators.
    @Test
    void lastRow_isWhatTheAllocatorsTell() {
        long objects = replay.caches().stream().mapToLong(CacheSnapshot::allocatedObjects).sum();
        PageAllocator.Totals totals = slabs.pages().totals();

        assertThat(last(MachineMeasure.OBJECTS)).isEqualTo(objects).isPositive();
        assertThat(last(MachineMeasure.FREE_PAGES)).isEqualTo(totals.freePages());
        assertThat(last(MachineMeasure.PER_CPU_PAGES)).isEqualTo(totals.perCpuPages());
        assertThat(last(MachineMeasure.FAILED)).isZero();
        assertThat(last(MachineMeasure.TIME_MICROS)).isPositive();
    }

    private long last(MachineMeasure measure) {
        return history.series().column(measure).getLast();
    }

    /// The heat map would show other free lists than buddyinfo.
    @Test
    void freeBlocks_areThoseOfTheZones() {
        List<ZoneState> zones = slabs.pages().snapshot().stream()
                .filter(zone -> zone.span().managedPages() > 0).toList();

        for (int i = 0; i < zones.size(); i++) {
            int[] row = history.freeBlocks().get(i).rows().getLast();
            int[] expected = zones.get(i).nrFree();
            for (int order = 0; order < expected.length; order++) {
                int blocks = 0;
                for (int type = 0; type < MigrateType.COUNT; type++) {
                    blocks += row[order * MigrateType.COUNT + type];
                }
                assertThat(blocks).as("order %d", order).isEqualTo(expected[order]);
            }
        }
    }

    /// Frames would be missing from the page map, or counted for the wrong user.
    @Test
    void pageMap_accountsForEveryFrame() {
        PageMap pages = history.moments().getLast().pages();
        PageAllocator.Totals totals = slabs.pages().totals();
        long slabPages = replay.caches().stream()
                .mapToLong(cache -> cache.slabs() << cache.geometry().order()).sum();

        assertThat(pages.runs().stream().mapToLong(Run::pages).sum())
                .isEqualTo(machine.config().endPfn());
        assertThat(pages.pages(Kind.FREE)).isEqualTo(totals.freePages());
        assertThat(pages.pages(Kind.PER_CPU)).isEqualTo(totals.perCpuPages());
        assertThat(pages.pages(Kind.SLAB)).isEqualTo(slabPages).isPositive();
        assertThat(pages.pages(Kind.PLAIN) * 4096).isEqualTo(last(MachineMeasure.OTHER_BYTES)
                - 4096 * pages.pages(Kind.LARGE_KMALLOC));
        assertThat(pages.pages(Kind.BEFORE)).isZero();
        assertThat(pages.runs()).allMatch(run -> run.pages() > 0);
    }

    /// A slab would look full or empty that is not, or lie under another cache's name.
    @Test
    void slabMap_hasTheObjectsOfEachCache() {
        List<SlabMap> maps = history.moments().getLast().caches();
        List<CacheSnapshot> caches = replay.caches().stream()
                .filter(cache -> cache.totalObjects() > 0).toList();

        assertThat(maps).extracting(SlabMap::cache)
                .isEqualTo(caches.stream().map(CacheSnapshot::name).toList());
        assertThat(maps).extracting(SlabMap::objects)
                .isEqualTo(caches.stream().map(CacheSnapshot::totalObjects).toList());
        assertThat(maps).extracting(SlabMap::inUse)
                .isEqualTo(caches.stream().map(CacheSnapshot::allocatedObjects).toList());
        assertThat(maps).allMatch(map -> map.unplaced() == 0);
    }

    /// Nonsense would end in a division by zero.
    @Test
    void run_nonsense_isRefusedWithTheNumbers() {
        assertThatThrownBy(() -> {
            try (TraceCursor cursor = new TraceCursor(BundledTrace.open())) {
                history.run(cursor, EVENTS, 0, 1);
            }
        }).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("0 samples");
    }
}
