package org.kmemlab.lab.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.lab.input.InputException;

/// If it failed, figures of a kernel's caches would be read from the wrong columns, or damage be
/// taken for figures.
class SlabinfoRowTest {

    private static final String TAIL = " : tunables  120   60    8 : slabdata     20     24     60";

    private static List<SlabinfoRow> read(String line) throws InputException {
        return SlabinfoRow.ofLines("slabinfo", List.of("version", "names", line));
    }

    /// A column would be taken for its neighbour.
    @Test
    void ofLines_readsEveryColumn() throws InputException {
        assertThat(read("dentry 400 504 192 21 2" + TAIL))
                .containsExactly(new SlabinfoRow("dentry", 400, 504, 192, 21, 2, 20, 24));
    }

    /// Caches of modules would shift all columns.
    @Test
    void ofLines_nameWithSpaces_isKept() throws InputException {
        assertThat(read("my own cache 1 2 8 512 1" + TAIL)).extracting(SlabinfoRow::name)
                .containsExactly("my own cache");
    }

    /// Half a line would become a cache.
    @ParameterizedTest
    @ValueSource(
            strings = {"", "dentry", "400 504 192 21 2" + TAIL, "dentry 4x0 504 192 21 2" + TAIL,
                "dentry 400 504 192 21 2 ; tunables  120   60    8 : slabdata     20     24     60",
                "dentry 400 504 99999999999 21 2" + TAIL, "dentry -1 504 192 21 2" + TAIL})
    void ofLines_damagedLine_isNamed(String line) {
        assertThatThrownBy(() -> read(line)).isInstanceOf(InputException.class)
                .hasMessage("slabinfo, line 3: no line of slabinfo 2.1");
    }
}
