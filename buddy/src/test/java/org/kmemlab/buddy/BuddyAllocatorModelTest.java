package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

/// Random work on machines with several zones and CPUs, compared with a map of who holds what.
///
/// If it fails, pages are given out twice, lost, or not returned. The seed is in the test's name.
class BuddyAllocatorModelTest {

    private static final int OPERATIONS = 20_000;
    private static final List<GfpFlags> KINDS = List.of(GfpFlags.GFP_KERNEL, GfpFlags.GFP_ATOMIC,
            GfpFlags.GFP_NOWAIT, GfpFlags.GFP_HIGHUSER_MOVABLE, GfpFlags.GFP_DMA,
            GfpFlags.GFP_KERNEL.with(GfpFlags.RECLAIMABLE), GfpFlags.GFP_DMA32);

    private record Held(int pfn, int order) {}

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void randomWork_neverOverlapsAndReturnsEverything(long seed) {
        MachineConfig config = MachineConfig.ofMebibytes(seed % 2 == 0 ? 24 : 64).withCpus(3)
                .withMemory(MemoryKind.METADATA_ONLY).withPerCpuPages(seed != 4).withSeed(seed);
        SplittableRandom random = new SplittableRandom(seed);
        try (BuddyFixture fixture = new BuddyFixture(config)) {
            long freeAtStart = freePages(fixture);
            NavigableMap<Integer, Integer> owned = new TreeMap<>();
            List<Held> held = new ArrayList<>();
            for (int i = 0; i < OPERATIONS; i++) {
                step(fixture, random, owned, held);
                if (i % 5_000 == 0) {
                    fixture.pages.validate();
                }
            }
            held.forEach(block -> fixture.free(block.pfn, block.order));
            fixture.pages.drainAllPages();
            assertThat(freePages(fixture)).isEqualTo(freeAtStart);
        }
    }

    private static void step(BuddyFixture fixture, SplittableRandom random,
            NavigableMap<Integer, Integer> owned, List<Held> held) {
        var cpu = fixture.machine.cpu(random.nextInt(3));
        boolean grow = random.nextInt(100) < 53;
        if (grow || held.isEmpty()) {
            int order = Math.min(random.nextInt(11), random.nextInt(11));
            int pfn = fixture.pages.allocPages(cpu, KINDS.get(random.nextInt(KINDS.size())), order);
            if (pfn != PageAllocator.NONE) {
                assertThat(pfn & (1 << order) - 1).as("alignment of %d", pfn).isZero();
                var before = owned.floorEntry(pfn + (1 << order) - 1);
                assertThat(before == null || before.getKey() + before.getValue() <= pfn)
                        .as("pfn %d order %d given out twice", pfn, order).isTrue();
                owned.put(pfn, 1 << order);
                held.add(new Held(pfn, order));
            }
            return;
        }
        int index = random.nextInt(held.size());
        Held block = held.get(index);
        held.set(index, held.getLast());
        held.removeLast();
        owned.remove(block.pfn);
        fixture.pages.freePages(cpu, block.pfn, block.order);
    }

    private static long freePages(BuddyFixture fixture) {
        return fixture.pages.snapshot().stream().mapToLong(ZoneState::freePages).sum();
    }
}
