package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

class PagePoisonTest {

    private static final long FIRST = 0xffff_8880_0303_8000L;
    private static final long SECOND = 0xffff_8880_0302_2000L;

    /// Fails if the report about a damaged page is not the kernel's: which bytes it shows, how they
    /// are laid out, and when it takes the damage for a single flipped bit.
    @Test
    void describe_recordedDamage_equalsTheRecordedLines() {
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(128))) {
            PagePoison poison = new PagePoison(machine.memory());
            List<String> described = new ArrayList<>();
            poison.fill(0x3020, 64);

            machine.memory().putByte(FIRST + 100, (byte) 0x12);
            described.addAll(poison.describe(0x3038));
            poison.fill(0x3038, 1);
            machine.memory().fill(FIRST + 4000, 30, (byte) 0);
            described.addAll(poison.describe(0x3038));
            poison.fill(0x3038, 1);
            machine.memory().fill(SECOND, 200, (byte) 0x55);
            described.addAll(poison.describe(0x3022));
            machine.memory().putByte(FIRST + 512, (byte) 0xab);
            described.addAll(poison.describe(0x3038));

            assertThat(described).isEqualTo(Recorded.log("page_poison.dmesg.txt").stream()
                    .filter(line -> line.startsWith("pagealloc") || line.startsWith("ffff"))
                    .toList());
        }
    }

    /// Fails if damage in the first or last byte of a page is missed, or seen where there is none.
    @Test
    void isIntact_damageAtTheEdges_isSeenInThatPageOnly() {
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(128))) {
            PagePoison poison = new PagePoison(machine.memory());
            poison.fill(0x3037, 3);
            for (long at : List.of(FIRST, FIRST + 4095)) {
                machine.memory().putByte(at, (byte) 0);

                assertThat(poison.isIntact(0x3038)).isFalse();
                assertThat(poison.isIntact(0x3037)).isTrue();
                assertThat(poison.isIntact(0x3039)).isTrue();
                poison.fill(0x3038, 1);
            }
            assertThat(poison.isIntact(0x3038)).isTrue();
        }
    }
}
