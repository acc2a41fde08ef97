package org.kmemlab.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.kmemlab.lab.input.Bytes;

/// Guards the numbers of names. If it failed, objects would be booked under other caches' names.
class SymbolTableTest {

    private static int intern(SymbolTable table, String text) {
        byte[] bytes = ("?" + text + "!").getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(bytes, bytes.length + Bytes.SLACK);
        return table.intern(padded, 1, bytes.length - 1);
    }

    /// Broken: two names would share a number, or one name would get several.
    @Test
    void intern_manyNames_numbersThemInSequence() {
        SymbolTable table = new SymbolTable();

        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 5000; i++) {
                assertThat(intern(table, "function_" + i * 31)).isEqualTo(i + 1);
            }
        }

        assertThat(table.size()).isEqualTo(5000);
        assertThat(table.text(1)).isEqualTo("function_0");
        assertThat(table.text(5000)).isEqualTo("function_" + 4999 * 31);
    }

    /// Broken: names that differ only behind their eighth byte, or in length, would be mixed up.
    @Test
    void intern_similarNames_keepsThemApart() {
        SymbolTable table = new SymbolTable();

        assertThat(intern(table, "kmalloc-")).isEqualTo(1);
        assertThat(intern(table, "kmalloc-1")).isEqualTo(2);
        assertThat(intern(table, "kmalloc-2")).isEqualTo(3);
        assertThat(intern(table, "kmalloc")).isEqualTo(4);
        assertThat(intern(table, "kmalloc-1")).isEqualTo(2);
    }

    /// Broken: a missing name would be a name.
    @Test
    void intern_nothing_isNone() {
        SymbolTable table = new SymbolTable();

        assertThat(intern(table, "")).isEqualTo(SymbolTable.NONE);
        assertThat(table.text(SymbolTable.NONE)).isEmpty();
        assertThat(table.size()).isZero();
    }

    /// Broken: a wrong number would give somebody else's name.
    @Test
    void text_unknownNumber_isRefused() {
        SymbolTable table = new SymbolTable();

        assertThatIllegalArgumentException().isThrownBy(() -> table.text(1))
                .withMessage("symbol 1: there are symbols 0 to 0");
    }
}
