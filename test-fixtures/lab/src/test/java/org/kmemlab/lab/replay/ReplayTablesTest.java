package org.kmemlab.lab.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

/// Guards the tables from recorded to own memory, against maps of the Java library. If it failed,
/// a replay would free other objects than the trace.
class ReplayTablesTest {

    /// Broken: slots would be shared, lost, or kept after a removal.
    @Test
    void objectTable_randomUse_agreesWithAMap() {
        ObjectTable table = new ObjectTable();
        Map<Long, Long> model = new HashMap<>();
        SplittableRandom random = new SplittableRandom(7);

        for (int i = 0; i < 2_000_000; i++) {
            long pointer = 0xffff_8880_0000_0000L + 8L * random.nextInt(1 + i / 100);
            Long known = model.get(pointer);
            int slot = table.slotOf(pointer);
            if (known == null) {
                assertThat(slot).isEqualTo(ObjectTable.NONE);
                table.add(pointer, 0, i, i % 4096, i % 65_536, i % 1_048_576, 2L * i);
                model.put(pointer, (long) i);
            } else {
                long id = known;
                assertThat(table.remove(slot)).isEqualTo(2 * id);
                assertThat(table.ownAddress(slot)).isEqualTo(id);
                assertThat(table.cache(slot)).isEqualTo((int) id % 4096);
                assertThat(table.cpu(slot)).isEqualTo((int) id % 65_536);
                assertThat(table.callSite(slot)).isEqualTo((int) id % 1_048_576);
                assertThat(table.slotOf(pointer)).isEqualTo(ObjectTable.NONE);
                model.remove(pointer);
            }
            assertThat(table.size()).isEqualTo(model.size());
        }
        assertThat(table.pointers()).containsExactly(
                model.keySet().stream().sorted().mapToLong(Long::longValue).toArray());
    }

    /// Broken: a frame inside a block would not be found, or in the wrong block.
    @Test
    void pageTable_framesOfBlocks_findTheirBlock() {
        PageTable table = new PageTable();
        int large = table.add(0x400, 10);
        int single = table.add(0x3ff, 0);
        int small = table.add(0x3f8, 1);

        assertThat(table.slotHolding(0x400)).isEqualTo(large);
        assertThat(table.slotHolding(0x7ff)).isEqualTo(large);
        assertThat(table.slotHolding(0x800)).isEqualTo(PageTable.NONE);
        assertThat(table.slotHolding(0x3ff)).isEqualTo(single);
        assertThat(table.slotHolding(0x3f9)).isEqualTo(small);
        assertThat(table.slotHolding(0x3fa)).isEqualTo(PageTable.NONE);
        table.remove(large);
        assertThat(table.slotHolding(0x7ff)).isEqualTo(PageTable.NONE);
        assertThat(table.size()).isEqualTo(2);
    }
}
