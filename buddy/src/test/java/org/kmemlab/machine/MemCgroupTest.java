package org.kmemlab.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kmemlab.machine.MemCgroup.Events;
import org.kmemlab.machine.MemCgroup.Stat;

class MemCgroupTest {

    private final Machine machine = new Machine(MachineConfig.ofMebibytes(4).withProfile(
            KernelProfile.C61.with(ConfigOption.MEMCG_KMEM)));
    private final Cpu cpu = machine.cpu(0);
    private final MemCgroup all = machine.memCgroups().create("all");
    private final MemCgroup part = machine.memCgroups().create("part", all);

    @AfterEach
    void close() {
        machine.close();
    }

    /// What a group has would not count for the groups above it, or stay there for ever.
    @Test
    void charge_andUncharge_countForAllGroupsAbove() {
        assertThat(part.tryCharge(100)).isNull();
        assertThat(all.tryCharge(20)).isNull();
        part.addStat(Stat.PAGES, 100);
        part.uncharge(40);

        assertThat(part.usage()).isEqualTo(60);
        assertThat(all.usage()).isEqualTo(80);
        assertThat(part.peak()).isEqualTo(100);
        assertThat(all.peak()).isEqualTo(120);
        assertThat(all.stat(Stat.PAGES)).isEqualTo(100);
    }

    /// A refused charge would be left on some of the groups, or the wrong group be blamed.
    @Test
    void tryCharge_beyondALimitAbove_chargesNobody() {
        all.setLimit(cpu, 8191);
        assertThat(all.limit()).isEqualTo(4096);

        assertThat(part.tryCharge(4096)).isNull();
        assertThat(part.tryCharge(1)).isSameAs(all);

        assertThat(part.usage()).isEqualTo(all.usage()).isEqualTo(4096);
        assertThat(all.failcnt()).isEqualTo(1);
        assertThat(part.failcnt()).isZero();
        assertThat(all.margin()).isZero();
        assertThat(part.limit()).isEqualTo(MemCgroup.NO_LIMIT);
    }

    /// A new limit would leave the group above it though memory could be had back, or never end.
    @Test
    void setLimit_belowUsage_reclaimsThenKills() {
        part.charge(40_000);
        List<Long> asked = new ArrayList<>();
        part.onReclaim((on, bytes) -> {
            asked.add(bytes);
            if (part.usage() > 30_000) {
                part.uncharge(5_000);
            }
            return 5_000;
        });
        boolean[] killed = {false};
        part.onOutOfMemory(on -> {
            if (!killed[0]) {
                part.uncharge(10_000);
            }
            boolean first = !killed[0];
            killed[0] = true;
            return first;
        });

        part.setLimit(cpu, 8192);

        assertThat(asked).hasSize(2 + 16).startsWith(31_808L, 26_808L, 21_808L);
        assertThat(part.usage()).isEqualTo(20_000);
        assertThat(part.events()).isEqualTo(new Events(0, 2, 1));
    }

    /// Groups could not be told apart, or a kernel that cannot account would seem to.
    @Test
    void create_takenNameOrOtherKernel_isRefused() {
        assertThat(machine.memCgroups().all()).containsExactly(all, part);
        assertThat(part.parent()).isSameAs(all);
        assertThatThrownBy(() -> machine.memCgroups().create("part"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("part already");
        try (Machine other = new Machine(MachineConfig.ofMebibytes(4))) {
            assertThatThrownBy(() -> other.memCgroups().create("a"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("linux-6.1 was built without MEMCG_KMEM");
        }
        try (Machine live = new Machine(machine.config().withExecution(Execution.LIVE))) {
            assertThatThrownBy(() -> live.memCgroups().create("a"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a live machine does not say");
        }
        assertThatThrownBy(() -> part.setLimit(cpu, -1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-1 bytes");
    }
}
