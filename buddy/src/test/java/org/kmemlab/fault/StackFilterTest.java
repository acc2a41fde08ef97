package org.kmemlab.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.Task;

class StackFilterTest {

    private static final String HERE = StackFilterTest.class.getName();

    private final Machine machine = new Machine(MachineConfig.ofMebibytes(4));
    private final FaultAttr attr = new FaultAttr(machine, "failslab");

    StackFilterTest() {
        attr.setProbability(100);
        attr.setTimes(FaultAttr.UNLIMITED);
    }

    @AfterEach
    void close() {
        machine.close();
    }

    private boolean fails(FaultAttr point) {
        return point.shouldFail(machine.cpu(0), 8, true);
    }

    private boolean fromDriver() {
        return fails(attr);
    }

    private boolean fromCore() {
        return fails(attr);
    }

    /// A failure could not be confined to the code under test.
    @Test
    void require_onlyCallsFromThere_fail() {
        attr.setStackFilter(StackFilter.requiring(HERE + ".fromDriver"));

        assertThat(fromDriver()).isTrue();
        assertThat(fromCore()).isFalse();
    }

    /// Code that must not fail could not be spared.
    @Test
    void reject_callsFromThere_pass() {
        attr.setStackFilter(StackFilter.rejecting(HERE + ".fromDriver"));

        assertThat(fromDriver()).isFalse();
        assertThat(fromCore()).isTrue();
    }

    /// Frames further out than the depth would be looked at.
    @Test
    void depth_endsTheWalk() {
        List<String> driver = List.of(HERE + ".fromDriver");
        attr.setStackFilter(new StackFilter(1, driver, List.of()));
        assertThat(fromDriver()).isFalse();
        attr.setStackFilter(new StackFilter(2, driver, List.of()));
        assertThat(fromDriver()).isTrue();
        assertThatThrownBy(() -> new StackFilter(33, driver, List.of()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("33");
    }

    /// A 6.1 kernel counts rejected calls, a later one does not: replays would part.
    @Test
    void rejectedCall_countsFor61Only() {
        assertThat(intervalAfterOneRejectedCall(KernelProfile.LINUX_6_1)).isEqualTo(1);
        assertThat(intervalAfterOneRejectedCall(KernelProfile.LINUX_6_18)).isZero();
        assertThat(failNthAfterOneRejectedCall(KernelProfile.LINUX_6_1)).isEqualTo(4);
        assertThat(failNthAfterOneRejectedCall(KernelProfile.LINUX_6_18)).isEqualTo(5);
    }

    private static long intervalAfterOneRejectedCall(KernelProfile profile) {
        try (Machine other = new Machine(MachineConfig.ofMebibytes(4).withProfile(profile))) {
            FaultAttr point = new FaultAttr(other, "failslab");
            point.setProbability(100);
            point.setInterval(3);
            point.setStackFilter(StackFilter.requiring("nobody"));
            assertThat(point.shouldFail(other.cpu(0), 8, true)).isFalse();
            return point.count();
        }
    }

    private static int failNthAfterOneRejectedCall(KernelProfile profile) {
        try (Machine other = new Machine(MachineConfig.ofMebibytes(4).withProfile(profile))) {
            FaultAttr point = new FaultAttr(other, "failslab");
            point.setStackFilter(StackFilter.requiring("nobody"));
            Task task = new Task("test", 7);
            task.setFailNth(5);
            other.cpu(0).run(task);
            assertThat(point.shouldFail(other.cpu(0), 8, true)).isFalse();
            return task.failNth();
        }
    }
}
