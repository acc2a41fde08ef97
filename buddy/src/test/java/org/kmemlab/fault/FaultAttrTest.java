package org.kmemlab.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.Task;

/// The order of tests is the kernel's; if one of these fails, a recorded fault run replays otherwise.
class FaultAttrTest {

    private final Machine machine = new Machine(MachineConfig.ofMebibytes(4));
    private final Cpu cpu = machine.cpu(0);
    private final Task task = new Task("test", 42);
    private final FaultAttr attr = new FaultAttr(machine, "failslab");

    FaultAttrTest() {
        cpu.run(task);
    }

    @AfterEach
    void close() {
        machine.close();
    }

    private List<Integer> failures(int calls, int size) {
        List<Integer> failed = new ArrayList<>();
        for (int call = 1; call <= calls; call++) {
            if (attr.shouldFail(cpu, size, true)) {
                failed.add(call);
            }
        }
        return failed;
    }

    @Test
    void defaults_neverFail() {
        assertThat(attr.isArmed(cpu)).isFalse();
        assertThat(failures(1000, 8)).isEmpty();
    }

    @Test
    void timesDefault_isOneFailure() {
        attr.setProbability(100);

        assertThat(failures(10, 8)).containsExactly(1);
        assertThat(attr.times()).isZero();
    }

    @Test
    void interval_failsEveryNthAndCountsOnAcrossSettings() {
        attr.setup("3,100,0,-1");
        assertThat(failures(7, 8)).containsExactly(3, 6);

        attr.setup("3,100,0,-1");
        assertThat(failures(4, 8)).containsExactly(2);
    }

    @Test
    void space_isUsedUpBeforeFailuresStartAndKeepsItsRest() {
        attr.setup("1,100,20,-1");

        assertThat(failures(4, 8)).containsExactly(3, 4);
        assertThat(attr.space()).isEqualTo(4);
    }

    @Test
    void taskFilter_sparesUnmarkedTasksAndInterrupts() {
        attr.setup("1,100,0,-1");
        attr.setTaskFilter(true);
        assertThat(failures(3, 8)).isEmpty();

        task.setMakeItFail(true);
        assertThat(failures(3, 8)).containsExactly(1, 2, 3);

        cpu.run(null);
        assertThat(failures(3, 8)).isEmpty();
    }

    @Test
    void failNth_beatsEverythingAndConsumesTimes() {
        task.setFailNth(3);
        assertThat(attr.isArmed(cpu)).isTrue();

        assertThat(failures(10, 8)).containsExactly(3);
        assertThat(task.failNth()).isZero();
        assertThat(attr.times()).isZero();
    }

    @Test
    void probability_isDrawnFromTheSeed() {
        attr.setup("1,30,0,-1");
        List<Integer> first = failures(10_000, 8);
        FaultAttr twin = new FaultAttr(machine, "failslab");
        twin.setup("1,30,0,-1");
        List<Integer> second = new ArrayList<>();
        for (int call = 1; call <= 10_000; call++) {
            if (twin.shouldFail(cpu, 8, true)) {
                second.add(call);
            }
        }

        assertThat(first).isEqualTo(second);
        assertThat(first).hasSizeBetween(2_800, 3_200);
    }

    @Test
    void failure_printsTheKernelsLinesUnlessSilentOrQuiet() {
        attr.setup("1,100,0,5");
        assertThat(attr.shouldFail(cpu, 8, true)).isTrue();
        assertThat(machine.log().lines()).isEmpty();

        attr.setVerbose(1);
        assertThat(attr.shouldFail(cpu, 8, false)).isTrue();
        assertThat(machine.log().lines()).containsExactly("FAULT_INJECTION: forcing a failure.",
                "name failslab, interval 1, probability 100, space 0, times 4");

        attr.setVerbose(2);
        assertThat(attr.shouldFail(cpu, 8, false)).isTrue();
        assertThat(machine.log().lines()).anyMatch(line -> line.contains("Comm: test"))
                .anyMatch(line -> line.contains("FaultAttrTest.failure_prints"));
    }

    /// Threads that ask at once would lose counts, or draw the same random numbers.
    @Test
    void shouldFail_manyThreads_countsEveryCall() throws InterruptedException {
        FaultLog log = new FaultLog();
        attr.setup("3,100,0,-1");
        attr.setVerbose(0);
        attr.logTo(log);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int call = 0; call < 10_000; call++) {
                    attr.shouldFail(cpu, 8, true);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(attr.count()).isEqualTo(60_000);
        assertThat(log.decisions()).hasSize(60_000);
        assertThat(log.failures()).isEqualTo(20_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1,2,3", "1,101,0,1", "1,-1,0,1", "a,1,0,1", "1,1,0,-2", "-1,1,0,1",
        "1,1,-1,1", "1,1,0,1,9", "1,1,,1"})
    void setup_nonsense_isRefusedAndChangesNothing(String text) {
        assertThatThrownBy(() -> attr.setup(text)).isInstanceOf(IllegalArgumentException.class);
        assertThat(attr.probability()).isZero();
        assertThat(attr.interval()).isEqualTo(1);
    }
}
