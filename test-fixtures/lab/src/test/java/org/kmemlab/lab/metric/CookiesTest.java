package org.kmemlab.lab.metric;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.PhysicalMemory;

/// If this failed, blocks that overlap would go unnoticed.
class CookiesTest {

    private static final long BLOCK = PhysicalMemory.BASE_ADDRESS + 64;

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 15, 16, 17, 100})
    void isKept_firstOrLastByteChanged_isFalse(int bytes) {
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(4))) {
            PhysicalMemory memory = machine.memory();
            Cookies cookies = new Cookies(BlockBytes.of(memory));
            long last = BLOCK + (bytes >= 16 || bytes < 8 ? bytes : 8) - 1;
            for (long changed : new long[] {BLOCK, last}) {
                cookies.put(BLOCK, bytes, 3);
                assertThat(cookies.isKept(BLOCK, bytes, 3)).isTrue();
                assertThat(cookies.isKept(BLOCK, bytes, 4)).isFalse();

                memory.putByte(changed, (byte) ~memory.getByte(changed));

                assertThat(cookies.isKept(BLOCK, bytes, 3)).isFalse();
            }
            assertThat(memory.getByte(BLOCK - 1)).isZero();
            assertThat(memory.getByte(BLOCK + bytes)).isZero();
        }
    }
}
