package org.kmemlab.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

class FaultLogTest {

    private static final int CALLS = 200;

    /// 200 calls of a point that fails a third of them.
    private static List<Boolean> run(long seed, FaultLog log) {
        return run(seed, log, null);
    }

    private static List<Boolean> run(long seed, FaultLog log, @Nullable FaultPlan plan) {
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(4).withSeed(seed))) {
            FaultAttr attr = new FaultAttr(machine, "failslab");
            attr.setProbability(33);
            attr.setTimes(FaultAttr.UNLIMITED);
            attr.logTo(log);
            attr.follow(plan);
            List<Boolean> failed = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                failed.add(attr.shouldFail(machine.cpu(0), 8 * (i % 5), true, "kmalloc-" + i % 5));
            }
            return failed;
        }
    }

    /// A failure that was found with one seed could not be shown again.
    @Test
    void sameSeed_sameDecisions_otherSeedOthers() {
        FaultLog one = new FaultLog();
        FaultLog two = new FaultLog();

        assertThat(run(1, one)).isEqualTo(run(1, two)).isNotEqualTo(run(2, new FaultLog()));

        assertThat(one.lines()).isEqualTo(two.lines()).hasSize(CALLS);
        assertThat(one.failures()).isBetween(40L, 90L);
    }

    /// A log that was written down would not make the same decisions on another machine.
    @Test
    void replay_ofWrittenLog_decidesTheSameWithAnySeed() {
        FaultLog recorded = new FaultLog();
        List<Boolean> decisions = run(1, recorded);
        FaultLog again = new FaultLog();

        List<Boolean> replayed = run(2, again, FaultLog.parse(recorded.lines()).replay());

        assertThat(replayed).isEqualTo(decisions);
        assertThat(again.lines()).isEqualTo(recorded.lines());
    }

    /// A replay of another program would go on with decisions that mean nothing there.
    @Test
    void replay_otherCall_saysWhereTheRunsPart() {
        FaultPlan plan = FaultLog.parse(List.of("pass failslab 8 foo", "fail failslab 16 bar"))
                .replay();

        assertThat(plan.fails(new FaultCall("failslab", "foo", 8))).isFalse();
        assertThatThrownBy(() -> plan.fails(new FaultCall("failslab", "foo", 16)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("decision 2 of 2").hasMessageContaining("target=bar");
        assertThatThrownBy(() -> plan.fails(new FaultCall("failslab", "foo", 8)))
                .hasMessageContaining("no further call");
    }

    /// A damaged log would be read as something else.
    @ParameterizedTest
    @ValueSource(strings = {"", "maybe failslab 8 foo", "fail failslab foo", "fail failslab x foo"})
    void parse_malformedLine_isRefused(String line) {
        assertThatThrownBy(() -> FaultLog.parse(List.of(line)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no decision");
    }

    /// Points of different layers would be counted apart, so that "the third allocation" would not
    /// be the third.
    @Test
    void plan_servesSeveralPoints_seesOneOrder() {
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(4))) {
            FaultAttr slab = new FaultAttr(machine, "failslab");
            FaultAttr page = new FaultAttr(machine, "fail_page_alloc");
            List<FaultCall> seen = new ArrayList<>();
            FaultPlan second = call -> {
                seen.add(call);
                return seen.size() == 2;
            };
            slab.follow(second);
            page.follow(second);

            assertThat(slab.isArmed(machine.cpu(0))).isTrue();
            assertThat(slab.shouldFail(machine.cpu(0), 8, true, "foo")).isFalse();
            assertThat(page.shouldFail(machine.cpu(0), 2, true)).isTrue();
            assertThat(slab.shouldFail(machine.cpu(0), 8, true, "foo")).isFalse();
            assertThat(seen).element(1).isEqualTo(new FaultCall("fail_page_alloc", "", 2));
        }
    }
}
