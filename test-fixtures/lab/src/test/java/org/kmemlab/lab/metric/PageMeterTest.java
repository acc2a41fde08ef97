package org.kmemlab.lab.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Machine;

/// If these failed, a comparison would not tell which policy breaks free memory into pieces.
class PageMeterTest {

    private final Machine machine = new Machine(MeasuredRun.machine(32, 1, 1));
    private final PageAllocator pages = new PageAllocator(machine);
    private final PageMeter meter = new PageMeter(pages);
    private final List<Integer> taken = new ArrayList<>();

    private Series sampled() {
        Series series = new Series(1, true);
        series.startRow(0);
        meter.sample(series);
        return series;
    }

    private void takeAll(GfpFlags gfp) {
        int pfn = pages.allocPages(machine.cpu(0), gfp, 0);
        while (pfn != PageAllocator.NONE) {
            taken.add(pfn);
            pfn = pages.allocPages(machine.cpu(0), gfp, 0);
        }
    }

    private static long value(Series series, Measure measure) {
        return series.values(measure)[0];
    }

    @AfterEach
    void nothingIsLeft() {
        taken.forEach(pfn -> pages.freePages(machine.cpu(0), pfn, 0));
        pages.validate();
        assertThat(meter.freePages()).isEqualTo(32 * 256);
        machine.close();
    }

    @Test
    void sample_emptyMachine_isWhole() {
        Series series = sampled();

        assertThat(value(series, Measure.FREE_PAGES)).isEqualTo(32 * 256);
        assertThat(value(series, Measure.LARGEST_FREE_ORDER)).isEqualTo(10);
        assertThat(value(series, Measure.ORDER9_PERMILLE)).isEqualTo(1000);
        assertThat(value(series, Measure.MIXED_PAGEBLOCKS)).isZero();
        assertThat(value(series, Measure.STEALS)).isZero();
        assertThat(series.unusablePermille(9)[0]).isZero();
        assertThat(series.fragmentationPermille(9)[0]).isEqualTo(-1000);
    }

    @Test
    void sample_onePageOfEachPageblockUsed_servesNoHugeRequest() {
        takeAll(GfpFlags.HIGHMEM.with(GfpFlags.MOVABLE).with(GfpFlags.NOWARN));
        List<Integer> kept = taken.stream().filter(pfn -> pfn % 512 == 77).toList();
        taken.removeAll(kept);
        taken.forEach(pfn -> pages.freePagesToZone(machine.cpu(0), pfn, 0));
        taken.clear();
        taken.addAll(kept);
        pages.drainAllPages(machine.cpu(0));

        Series series = sampled();

        assertThat(kept).hasSizeGreaterThanOrEqualTo(15);
        assertThat(value(series, Measure.ORDER9_PERMILLE)).isLessThanOrEqualTo(1000 / 7);
        assertThat(value(series, Measure.MIXED_PAGEBLOCKS)).isEqualTo(kept.size());
        assertThat(series.unusablePermille(9)[0]).isGreaterThan(900);
        assertThat(series.unusablePermille(0)[0]).isZero();
    }

    @Test
    void sample_unmovableRequestOnAMovableMachine_isASteal() {
        int pfn = pages.allocPages(machine.cpu(0), GfpFlags.GFP_KERNEL, 0);
        taken.add(pfn);

        assertThat(value(sampled(), Measure.STEALS)).isPositive();
    }
}
