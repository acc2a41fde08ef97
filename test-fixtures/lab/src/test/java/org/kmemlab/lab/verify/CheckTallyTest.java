package org.kmemlab.lab.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.Test;

class CheckTallyTest {

    private static void item(CheckTally tally, String place, long expected, long got) {
        tally.begin(place);
        tally.compare("order", expected, got);
        tally.compare("name", "same", "same");
        tally.end();
    }

    /// A report would call different items equal, or count values for items.
    @Test
    void report_oneOfThreeDiffers_saysWhichAndHow() {
        CheckTally tally = new CheckTally("test", 10);

        item(tally, "line 1", 3, 3);
        item(tally, "line 2", 3, 4);
        item(tally, "line 3", 3, 3);

        CheckReport report = tally.report();
        assertThat(report.isGood()).isFalse();
        assertThat(report.lastLine()).isEqualTo("equal 2 of 3");
        assertThat(report.valuesCompared()).isEqualTo(6);
        assertThat(report.differences())
                .containsExactly(new Difference("line 2", "order", "3", "4", List.of()));
        assertThat(report.detailLines())
                .containsExactly("line 2: order: expected 3, got 4");
    }

    /// A known cause would hide differences that it does not explain, or count equal items.
    @Test
    void explain_coversOnlyItsOwnItemAndOnlyIfItDiffers() {
        CheckTally tally = new CheckTally("test", 10);

        tally.begin("line 1");
        tally.explain("lag");
        tally.compareHex("flags", 0x10, 0x20);
        tally.end();
        tally.begin("line 2");
        tally.explain("lag");
        tally.end();
        item(tally, "line 3", 1, 1);

        assertThat(tally.report().lastLine()).isEqualTo("equal 2 of 3, 1 known");
        assertThat(tally.report().isGood()).isTrue();
        item(tally, "line 4", 1, 2);
        assertThat(tally.report().lastLine()).isEqualTo("equal 2 of 4, 1 known");
        assertThat(tally.report().isGood()).isFalse();
        assertThat(tally.report().detailLines()).containsExactly(
                "line 4: order: expected 1, got 2", "known: lag: 1 items");
    }

    /// A file that is all different would fill the memory, or the screen.
    @Test
    void report_manyDifferences_keepsTheFirstAndCountsAll() {
        CheckTally tally = new CheckTally("test", 2);

        for (int i = 0; i < 100; i++) {
            item(tally, "line " + i, 0, 1);
        }

        assertThat(tally.report().differences()).extracting(Difference::place)
                .containsExactly("line 0", "line 1");
        assertThat(tally.report().lastLine()).isEqualTo("equal 0 of 100");
    }

    /// Several files would not add up.
    @Test
    void plus_addsEverything() {
        CheckTally one = new CheckTally("a", 10);
        item(one, "line 1", 1, 1);
        one.take(3);
        CheckTally two = new CheckTally("b", 10);
        item(two, "line 1", 1, 2);
        two.mask(4);

        CheckReport sum = one.report().plus(two.report(), "both");

        assertThat(sum.subject()).isEqualTo("both");
        assertThat(sum.lastLine()).isEqualTo("equal 1 of 2");
        assertThat(sum.valuesLine())
                .isEqualTo("4 values compared, 3 taken from the recording, 4 masked");
        assertThat(sum.differences()).hasSize(1);
    }

    /// An empty recording would count as proof.
    @Test
    void report_noItems_isNotGood() {
        assertThat(new CheckTally("test", 10).report().isGood()).isFalse();
    }

    /// A checker that forgets to end an item would compare on and never count it.
    @Test
    void begin_withoutEnd_isRejected() {
        CheckTally tally = new CheckTally("test", 10);
        tally.begin("line 1");

        assertThatThrownBy(() -> tally.begin("line 2")).isInstanceOf(IllegalStateException.class);
    }
}
