package org.kmemlab.mempool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;

import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

/// A machine, a scripted source and a pool over it; closing checks that nothing leaked.
final class PoolFixture implements AutoCloseable {

    final Machine machine = new Machine(
            MachineConfig.ofMebibytes(4).withMemory(MemoryKind.METADATA_ONLY));
    final Cpu cpu = machine.cpu(0);
    final ScriptedSource source = new ScriptedSource();
    final Mempool pool;

    /// A pool whose reserve holds the elements 1 to `minNr`.
    PoolFixture(int minNr) {
        pool = Objects.requireNonNull(Mempool.create(machine, cpu, minNr, source));
        source.calls.clear();
    }

    /// Empties the reserve and makes the source fail from now on.
    void exhaust() {
        source.succeedOnly(0);
        while (pool.allocPreallocated() != 0) {
            assertThat(pool.snapshot().currNr()).isNotNegative();
        }
    }

    long millis() {
        return machine.clock().jiffies() * 1000 / machine.clock().hz();
    }

    void freeAfterMillis(long millis, long element) {
        machine.clock().after(machine.clock().jiffiesOfMillis(millis),
                () -> pool.free(cpu, element));
    }

    @Override
    public void close() {
        pool.validate();
        pool.close();
        machine.close();
    }
}
