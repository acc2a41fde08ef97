package org.kmemlab.lab.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.sweep.FaultLayer;

class ScheduleTest {

    /// A printed schedule could not be given back.
    @Test
    void parse_whatWasPrinted_isTheSame() {
        Schedule schedule = Schedule.parse("slab:3, page:7,mempool:1");

        assertThat(schedule).hasToString("slab:3,page:7,mempool:1");
        assertThat(Schedule.parse(schedule.toString())).isEqualTo(schedule);
        assertThat(schedule.fails(FaultLayer.PAGE, 7, 1)).isTrue();
        assertThat(schedule.fails(FaultLayer.SLAB, 7, 1)).isFalse();
    }

    /// Something else than what was asked for would be run.
    @ParameterizedTest
    @ValueSource(strings = {"", "slab", "slab:", "slab:0", "slab:-1", "slab:1.5", "disk:1",
        "slab:1,,page:1", "slab:1;page:2", "slab:9999999999", "slab:1,slab:1"})
    void parse_nonsense_isRefused(String text) {
        assertThatThrownBy(() -> Schedule.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("schedule '" + text + "'");
    }
}
