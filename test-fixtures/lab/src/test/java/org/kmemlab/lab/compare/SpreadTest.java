package org.kmemlab.lab.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/// If this failed, differences between policies would look surer, or less sure, than they are.
class SpreadTest {

    @Test
    void of_threeValues_hasStudentsInterval() {
        Spread spread = Spread.of(new double[] {1, 2, 3});

        assertThat(spread.mean()).isEqualTo(2);
        assertThat(spread.min()).isEqualTo(1);
        assertThat(spread.max()).isEqualTo(3);
        assertThat(spread.interval95()).as("t(2; 0.975) = 4.30265 times 1 / sqrt(3)")
                .isCloseTo(4.30265 / Math.sqrt(3), within(1e-4));
    }

    @Test
    void of_oneValue_hasNoInterval() {
        assertThat(Spread.of(new double[] {5}).interval95()).isNaN();
    }
}
