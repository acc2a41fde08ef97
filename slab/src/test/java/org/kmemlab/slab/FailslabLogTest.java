package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.apache.commons.lang3.StringUtils;
import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.fault.FaultAttr;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

class FailslabLogTest {

    /// In the order in which one boot ran them: the call counter behind `interval` is never reset.
    private static final List<String> CASES = List.of("off", "p100_t5_i1", "p100_i7_t-1",
            "p100_i7_t3_space2000", "p100_space5000_i1_t-1", "p100_cachefilter",
            "p100_i1_t4_verbose2_loud");

    /// If it fails, other allocations fail than on a real kernel with the same settings.
    @Test
    void shouldFail_recordedCases_failTheSameAllocations() {
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(256)
                .withProfile(KernelProfile.C61.booted("slab_nomerge")))) {
            StepLog log = new StepLog(new PageAllocator(machine));
            Failslab failslab = log.allocator().failslab();
            for (String name : CASES) {
                List<String> lines = Resources.lines("faults/fs_" + name + ".txt.gz");
                reset(failslab);
                lines.stream().filter(line -> line.startsWith("# set failslab/"))
                        .forEach(line -> set(failslab, StringUtils.substringAfter(line, "/")));

                log.run(lines.stream().filter(line -> !line.startsWith("#")).toList());

                assertThat(log.differences()).as(name).isEmpty();
                assertThat(attributes(failslab)).as(name).isEqualTo(after(lines));
            }
            assertThat(log.compared()).isEqualTo(1859);
        }
    }

    private static void reset(Failslab failslab) {
        for (String setting : List.of("interval=1", "times=1", "space=0", "verbose=2",
                "task-filter=Y", "ignore-gfp-wait=Y", "cache-filter=N", "probability=0")) {
            set(failslab, setting);
        }
    }

    private static void set(Failslab failslab, String setting) {
        FaultAttr attr = failslab.attr();
        String value = StringUtils.substringAfter(setting, "=");
        switch (StringUtils.substringBefore(setting, "=")) {
            case "probability" -> attr.setProbability(Integer.parseInt(value));
            case "interval" -> attr.setInterval(Integer.parseInt(value));
            case "times" -> attr.setTimes(Integer.parseInt(value));
            case "space" -> attr.setSpace(Integer.parseInt(value));
            case "verbose" -> attr.setVerbose(Integer.parseInt(value));
            case "task-filter" -> attr.setTaskFilter(value.equals("Y"));
            case "ignore-gfp-wait" -> failslab.setIgnoreGfpWait(value.equals("Y"));
            case "cache-filter" -> failslab.setCacheFilter(value.equals("Y"));
            default -> throw new IllegalArgumentException(setting);
        }
    }

    private static Map<String, String> attributes(Failslab failslab) {
        FaultAttr attr = failslab.attr();
        return new TreeMap<>(Map.of("interval", "" + attr.interval(), "times", "" + attr.times(),
                "space", "" + attr.space()));
    }

    private static Map<String, String> after(List<String> lines) {
        Map<String, String> values = new TreeMap<>();
        for (String name : List.of("interval", "times", "space")) {
            String prefix = "# after " + name + "=";
            lines.stream().filter(line -> line.startsWith(prefix))
                    .forEach(line -> values.put(name, line.substring(prefix.length())));
        }
        return values;
    }
}
