package org.kmemlab.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MachineTest {

    /// Fails if large machines cost their whole memory instead of what they touch.
    @Test
    void memory_ofALargeMachine_isThereAndStartsAsZeros() {
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(64 * 1024))) {
            PhysicalMemory memory = machine.memory();
            long last = memory.addressOf(memory.endPfn()) - 8;

            assertThat(memory.getLong(last)).isZero();
            memory.putLong(last, 0x1122334455667788L);

            assertThat(memory.getByte(last)).isEqualTo((byte) 0x88);
            assertThat(memory.getInt(last + 4)).isEqualTo(0x11223344);
            assertThat(memory.pfnOf(last)).isEqualTo(memory.endPfn() - 1);
            assertThat(memory.addressOf(0)).isEqualTo(0xffff888000000000L);
        }
    }

    /// Fails if an access outside the machine reaches the host's memory or hides what was wrong.
    @Test
    void memory_outsideTheMachine_isRefusedWithTheLimit() {
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(4))) {
            PhysicalMemory memory = machine.memory();
            for (long address : new long[] {0, 16, PhysicalMemory.BASE_ADDRESS - 1,
                memory.addressOf(1024), memory.addressOf(1023) + 4089, -1}) {
                assertThatThrownBy(() -> memory.getLong(address))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("ffff8880003fffff");
            }
            assertThat(memory.pfnOf(0)).isEqualTo(-1);
            assertThat(memory.pfnOf(memory.addressOf(1024))).isEqualTo(-1);
        }
    }

    /// Fails if a machine on the memory of another loses its bytes, or gets memory that does not fit.
    @Test
    void memory_ofAnotherMachine_keepsItsBytes() {
        MachineConfig config = MachineConfig.ofMebibytes(4);
        try (Machine first = new Machine(config)) {
            long address = first.memory().addressOf(7);
            first.memory().putLong(address, 42);

            assertThat(new Machine(config, first.memory()).memory().getLong(address))
                    .isEqualTo(42);
            assertThatThrownBy(() -> new Machine(MachineConfig.ofMebibytes(8), first.memory()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1024 frames").hasMessageContaining("2048 frames");
            assertThatThrownBy(() -> new Machine(config.withMemory(MemoryKind.METADATA_ONLY),
                    first.memory())).hasMessageContaining("METADATA_ONLY");
        }
    }

    /// Fails if a machine without bytes pretends to have some.
    @Test
    void memory_metadataOnly_saysSo() {
        MachineConfig config = MachineConfig.ofMebibytes(1 << 20)
                .withMemory(MemoryKind.METADATA_ONLY);
        try (Machine machine = new Machine(config)) {
            assertThatThrownBy(() -> machine.memory().putByte(machine.memory().addressOf(5),
                    (byte) 1)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("METADATA_ONLY");
        }
    }

    /// Fails if the zones of a PC move: recorded machines have them exactly there.
    @Test
    void pcLayout_hasTheKernelsZones() {
        List<ZoneSpan> zones = MachineConfig.ofMebibytes(4096).zones();

        assertThat(zones).extracting(ZoneSpan::type).containsExactly(ZoneType.DMA, ZoneType.DMA32,
                ZoneType.NORMAL);
        ZoneSpan dma = zones.get(0);
        assertThat(List.of(dma.startPfn(), dma.spannedPages(), dma.presentPages(),
                dma.managedPages())).containsExactly(1, 4095, 3998, 3840);
        assertThat(zones.get(1).endPfn()).isEqualTo(0xc0000);
        assertThat(zones.get(2).startPfn()).isEqualTo(0x100000);
        assertThat(zones.get(2).spannedPages()).isEqualTo(0x40000);
    }

    /// Fails if a nonsense machine is built.
    @ParameterizedTest
    @ValueSource(ints = {0, -5, 3, MachineConfig.MAX_MEMORY_MIB + 1})
    void config_nonsenseMemory_isRefusedWithValueAndLimit(int mebibytes) {
        assertThatThrownBy(() -> MachineConfig.ofMebibytes(mebibytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(String.valueOf(mebibytes));
    }

    /// Fails if a nonsense number of CPUs is accepted.
    @Test
    void config_nonsenseCpus_isRefused() {
        MachineConfig config = MachineConfig.ofMebibytes(16);
        assertThatThrownBy(() -> config.withCpus(0)).hasMessageContaining("0 CPUs");
        assertThatThrownBy(() -> config.withCpus(4, 2)).hasMessageContaining("2 possible");
        assertThatThrownBy(() -> KernelProfile.of("c62")).hasMessageContaining("c62")
                .hasMessageContaining("deb61");
    }

    /// Fails if runs of one seed differ, or if one use of randomness disturbs another.
    @Test
    void random_followsFromSeedAndUse() {
        MachineConfig config = MachineConfig.ofMebibytes(4).withSeed(9);
        try (Machine one = new Machine(config);
                Machine two = new Machine(config);
                Machine other = new Machine(config.withSeed(10))) {
            one.random("b").nextLong();

            assertThat(one.random("a").nextLong()).isEqualTo(two.random("a").nextLong())
                    .isNotEqualTo(two.random("b").nextLong())
                    .isNotEqualTo(other.random("a").nextLong());
        }
    }

    /// Fails if runs of neighbouring seeds are parts of one another.
    @Test
    void random_ofNeighbouringSeeds_shareNothing() {
        Set<Long> seen = new HashSet<>();
        for (long seed = 1; seed <= 8; seed++) {
            try (Machine machine = new Machine(MachineConfig.ofMebibytes(4).withSeed(seed))) {
                SplittableRandom random = machine.random("fault:failslab");
                for (int i = 0; i < 16; i++) {
                    assertThat(seen.add(random.nextLong())).as("seed %d, draw %d", seed, i)
                            .isTrue();
                }
            }
        }
    }

    /// Fails if zones that share frames are accepted: they would corrupt each other.
    @Test
    void config_overlappingZones_areRefused() {
        assertThatThrownBy(() -> MachineConfig
                .ofZones(List.of(ZoneSpan.solid(0, ZoneType.DMA32, 0, 1024),
                        ZoneSpan.solid(1, ZoneType.DMA32, 1000, 1024))))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("overlap");
    }

    /// Fails if timers run early, late or out of order.
    @Test
    void clock_runsTimersInOrderAndSleepersWakeInTime() {
        VirtualClock clock = new VirtualClock(250, new KernelLock(Execution.STEPPED));
        List<String> ran = new ArrayList<>();
        boolean[] woken = {false};
        clock.after(10, () -> ran.add("b@" + clock.jiffies()));
        clock.after(5, () -> ran.add("a@" + clock.jiffies()));
        clock.after(10, () -> {
            ran.add("c@" + clock.jiffies());
            woken[0] = true;
        });

        assertThat(clock.sleepUntil(7, () -> woken[0])).isFalse();
        assertThat(clock.jiffies()).isEqualTo(7);
        assertThat(clock.sleepUntil(100, () -> woken[0])).isTrue();
        assertThat(clock.jiffies()).isEqualTo(10);
        assertThat(ran).containsExactly("a@5", "b@10", "c@10");
        assertThat(clock.jiffiesOfMillis(5)).isEqualTo(2);
        assertThat(clock.hasTimers()).isFalse();
    }

    /// Fails if the command line is read otherwise than the kernel reads it.
    @Test
    void bootParameters_lastWordWinsAndDashesAreUnderscores() {
        BootParameters boot = new BootParameters("slub-max-order=1 quiet slub_max_order=3 a=b=c");

        assertThat(boot.number("slub_max_order")).hasValue(3);
        assertThat(boot.has("quiet")).isTrue();
        assertThat(boot.value("a")).contains("b=c");
        assertThat(boot.flag("init_on_alloc", true)).isTrue();
        assertThatThrownBy(() -> new BootParameters("x=7").flag("x", true))
                .hasMessageContaining("x=7");
        assertThatThrownBy(() -> new BootParameters("x=-1").number("x"))
                .hasMessageContaining("x=-1");
    }

    /// Fails if the log grows without bound or loses the newest lines.
    @Test
    void log_keepsTheNewestLines() {
        KernelLog log = new KernelLog();
        List<String> seen = new ArrayList<>();
        log.onLine(seen::add);
        IntStream.range(0, KernelLog.CAPACITY_LINES + 3).forEach(i -> log.print("line " + i));

        assertThat(log.lines()).hasSize(KernelLog.CAPACITY_LINES).startsWith("line 3");
        assertThat(seen).hasSize(KernelLog.CAPACITY_LINES + 3);
    }
}
