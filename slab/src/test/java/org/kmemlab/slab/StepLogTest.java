package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

class StepLogTest {

    private static StepLog run(String build, int cpus, String nodesMib, List<String> lines) {
        List<Integer> nodes = Arrays.stream(nodesMib.split("\\+")).map(Integer::valueOf).toList();
        try (Machine machine = new Machine(MachineConfig.ofNodes(nodes).withCpus(cpus)
                .withProfile(KernelProfile.of(build).booted("slab_nomerge")))) {
            StepLog log = new StepLog(new PageAllocator(machine));
            log.run(lines);
            log.allocator().validate();
            return log;
        }
    }

    /// If it fails, objects, lists or counters move differently from those of a real kernel.
    @ParameterizedTest
    @CsvSource({"s_step_S, c61, 1, 256, 8996", "s_partial_S, c61, 1, 256, 8224",
        "s_xcpu_smp2, c61, 2, 256, 4222", "s_numa1, c61, 2, 128+128, 577",
        "deb61_s_step_S, deb61, 1, 512, 8972"})
    void run_recordedLog_everyResultIsEqual(String name, String build, int cpus, String nodesMib,
            int results) {
        StepLog log = run(build, cpus, nodesMib, Resources.lines("steps/" + name + ".txt.gz"));

        assertThat(log.differences()).isEmpty();
        assertThat(log.compared()).isEqualTo(results);
    }

    /// If it fails, the comparison above finds nothing wrong with anything.
    @Test
    void run_alteredLog_isFound() {
        List<String> lines = new ArrayList<>(Resources.lines("steps/s_xcpu_smp2.txt.gz"));
        int altered = lines.size() / 2;
        lines.set(altered, lines.get(altered).replaceFirst("inuse|nr_slabs=|cfl|freelist=", "$09"));

        StepLog log = run("c61", 2, "256", lines);

        assertThat(log.differences()).hasSize(1);
    }
}
