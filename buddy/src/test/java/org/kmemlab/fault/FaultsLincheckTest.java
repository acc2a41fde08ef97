package org.kmemlab.fault;

import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Linearizability;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

/// Fault points that several threads ask decide as if they came one after the other.
class FaultsLincheckTest {

    /// If it fails, threads share one count of calls or failures, or a decision is not in the log.
    @Test
    void decisions_areMadeOneAfterTheOther() {
        Linearizability.assertHoldsUnderStress(FaultCase.class);
    }

    /// Every second call fails, three times in all.
    public static final class FaultCase {

        private static final Machine MACHINE = new Machine(
                MachineConfig.ofMebibytes(4).withMemory(MemoryKind.METADATA_ONLY));

        private final Cpu cpu = MACHINE.cpu(0);
        private final FaultLog log = new FaultLog();
        private final FaultAttr attr = new FaultAttr(MACHINE, "failslab");

        public FaultCase() {
            attr.setProbability(100);
            attr.setInterval(2);
            attr.setTimes(3);
            attr.setVerbose(0);
            attr.logTo(log);
        }

        @Operation
        public boolean shouldFail() {
            return attr.shouldFail(cpu, 8, true);
        }

        @Operation
        public long failures() {
            return log.failures();
        }
    }
}
