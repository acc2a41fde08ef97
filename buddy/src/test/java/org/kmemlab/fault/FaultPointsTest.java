package org.kmemlab.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

class FaultPointsTest {

    private final Machine machine = new Machine(MachineConfig.ofMebibytes(4));
    private final FaultPoints points = new FaultPoints(machine);

    @AfterEach
    void close() {
        machine.close();
    }

    /// A function would fail that was not asked to, or with another value.
    @Test
    void inject_thatFunctionFailsWithThatValue() {
        points.declare("probe", FaultPoints.Returns.ERRNO);
        points.declare("attach", FaultPoints.Returns.NULL);
        points.attr().setProbability(100);
        points.attr().setTimes(2);
        points.inject("probe", -12);

        assertThat(points.enter(machine.cpu(0), "attach")).isEmpty();
        assertThat(points.enter(machine.cpu(0), "probe")).hasValue(-12);
        points.inject("probe");
        assertThat(points.enter(machine.cpu(0), "probe")).hasValue(-22);
        assertThat(points.enter(machine.cpu(0), "probe")).isEmpty();
        assertThat(machine.log().lines()).contains(
                "name fail_function, interval 1, probability 100, space 0, times 2");
    }

    /// A function would go on failing after the test that wanted it.
    @Test
    void remove_functionFailsNoMore() {
        points.declare("probe", FaultPoints.Returns.TRUE);
        points.attr().setProbability(100);
        points.inject("probe");
        points.remove("probe");

        assertThat(points.enter(machine.cpu(0), "probe")).isEmpty();
    }

    /// A function would return what its callers never have to expect.
    @ParameterizedTest
    @CsvSource({"NULL, -12", "ERRNO, 0", "ERRNO, -4096", "ERRNO, 5", "ERRNO_NULL, 1", "TRUE, 0"})
    void inject_valueItNeverReturns_isRefused(FaultPoints.Returns returns, long value) {
        points.declare("probe", returns);

        assertThatThrownBy(() -> points.inject("probe", value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("probe cannot fail with " + value);
    }

    /// A misspelt name would never fail anything.
    @Test
    void unknownFunction_isRefused() {
        assertThatThrownBy(() -> points.inject("prob")).hasMessageContaining("not declared");
        assertThatThrownBy(() -> points.enter(machine.cpu(0), "prob"))
                .hasMessageContaining("not declared");
    }

    /// A storm of failures would flood the log although the user limited it.
    @Test
    void verboseRatelimit_letsBurstThroughInEachInterval() {
        FaultAttr attr = points.attr();
        attr.setProbability(100);
        attr.setTimes(FaultAttr.UNLIMITED);
        attr.setVerbose(1);
        attr.setVerboseRatelimitMillis(1000);
        attr.setVerboseRatelimitBurst(2);

        for (int i = 0; i < 5; i++) {
            assertThat(attr.shouldFail(machine.cpu(0), 1, false)).isTrue();
        }
        assertThat(machine.log().lines()).hasSize(4);
        machine.clock().advance(2L * machine.clock().hz());
        assertThat(attr.shouldFail(machine.cpu(0), 1, false)).isTrue();

        assertThat(machine.log().lines()).hasSize(7).contains("fail_dump: 3 callbacks suppressed");
    }
}
