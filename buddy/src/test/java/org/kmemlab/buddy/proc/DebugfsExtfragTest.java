package org.kmemlab.buddy.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.Watermarks;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.machine.ZoneType;

class DebugfsExtfragTest {

    /// 512 single pages and nothing else.
    private static final List<ZoneState> SINGLES = List.of(new ZoneState(
            ZoneSpan.solid(0, ZoneType.DMA32, 0, 1024), List.of(),
            List.of(new ZoneState.FreeList(0, MigrateType.MOVABLE,
                    IntStream.range(0, 512).map(i -> 2 * i).boxed().toList())),
            List.of(), Watermarks.of(0, 0, 0), List.of(), 0, 0, 0));

    /// Programs that read the kernel's files could not read ours.
    @Test
    void text_ofSinglePages_hasTheKernelsFormAndNumbers() {
        assertThat(DebugfsExtfrag.extfragIndex(SINGLES)).startsWith(
                "Node 0, zone    DMA32 -1.000 0.499 0.749 0.874 ").endsWith(" \n");
        assertThat(DebugfsExtfrag.unusableIndex(SINGLES)).startsWith(
                "Node 0, zone    DMA32 0.000 1.000 1.000 ").endsWith(" \n");
    }
}
