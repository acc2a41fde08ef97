package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;

/// Reads the states that recorded reports show and prints the reports again.
class AllocationFailureTest {

    /// Fails if a person or a program that reads the kernel's reports could not read ours.
    @ParameterizedTest
    @ValueSource(strings = {"oom_loud_burst", "oom_loud_spaced"})
    void memInfo_ofTheStateOfARecordedReport_equalsItsLines(String name) {
        List<RecordedSplat> splats = RecordedSplat.of(Recorded.log(name + ".dmesg.txt"));
        List<ZoneState> latest = new ArrayList<>();

        for (RecordedSplat splat : splats) {
            // A report on a request for low memory leaves the higher zones out of its lines.
            List<ZoneState> shown = splat.zones();
            List<ZoneState> zones = new ArrayList<>(shown);
            zones.addAll(latest.subList(Math.min(shown.size(), latest.size()), latest.size()));
            latest = zones;

            boolean gaveUp = splat.lines().stream().anyMatch(line -> line.endsWith("? yes"));
            AllocationFailure failure = new AllocationFailure("init", 0, gfp(splat), order(splat),
                    gaveUp ? List.of(0) : List.of(), zones);

            assertThat(failure.headline(KernelProfile.C61)).isEqualTo(splat.headline());
            assertThat(failure.memInfo(KernelProfile.C61)).isEqualTo(splat.lines());
        }
        assertThat(splats).isNotEmpty();
    }

    private static GfpFlags gfp(RecordedSplat splat) {
        String names = splat.headline().replaceFirst(".*mode:\\w+\\(([^)]*)\\).*", "$1");
        return GfpFlags.parse(names);
    }

    private static int order(RecordedSplat splat) {
        return Integer.parseInt(splat.headline().replaceFirst(".*order:(\\d+),.*", "$1"));
    }

    /// Fails if a kernel with cpusets, device zones and huge pages gets the lines of one without.
    @Test
    void memInfo_ofAKernelWithMoreOptions_hasTheirColumns() {
        RecordedSplat splat = RecordedSplat.of(Recorded.log("oom_loud_burst.dmesg.txt")).getFirst();
        AllocationFailure failure = new AllocationFailure("java", 0, GfpFlags.NONE, 1, List.of(0),
                splat.zones());
        KernelProfile kernel = KernelProfile.C61.with(ConfigOption.CPUSETS)
                .with(ConfigOption.ZONE_DEVICE).with(ConfigOption.TRANSPARENT_HUGEPAGE);

        assertThat(failure.headline(kernel)).isEqualTo("java: page allocation failure: order:1,"
                + " mode:0(none), nodemask=(null),cpuset=/,mems_allowed=0");
        assertThat(failure.memInfo(kernel)).contains("lowmem_reserve[]: 0 90 90 90 90")
                .anyMatch(line -> line.contains(" shmem_pmdmapped: 0kB ")
                        && line.endsWith("all_unreclaimable? yes"));
    }
}
