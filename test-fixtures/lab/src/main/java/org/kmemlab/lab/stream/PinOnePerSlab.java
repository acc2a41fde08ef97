package org.kmemlab.lab.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import org.apache.commons.rng.UniformRandomProvider;
import org.kmemlab.lab.policy.RequestKind;

/// The adversary of allocators that cut pages into equal objects: it fills many pages with objects
/// of one size and then frees all but one of each page's worth.
///
/// What stays is small, yet it keeps nearly every page; the next round asks for another size, so
/// that the holes cannot serve it. An allocator that fills holes of any size does better. Which
/// object of a page's worth stays is random, so no order of allocation helps.
final class PinOnePerSlab implements Generator {

    private static final int[] SIZES = {64, 128, 192, 256, 512, 96, 1024, 32};
    private static final int PAGE_BYTES = 4096;
    private static final int PAGES_OF_A_ROUND = 160;
    /// Rounds whose pins stay.
    private static final int ROUNDS_PINNED = 6;

    private final UniformRandomProvider random;
    private final int cpus;
    private final Deque<List<Integer>> pinned = new ArrayDeque<>();
    private int round;

    PinOnePerSlab(UniformRandomProvider random, int cpus) {
        this.random = random;
        this.cpus = cpus;
    }

    @Override
    public void step(Outbox out) {
        int size = SIZES[round % SIZES.length];
        int cpu = round % cpus;
        RequestKind kind = out.kind("pinned-" + size, size, cpu);
        int[] blocks = new int[PAGES_OF_A_ROUND * (PAGE_BYTES / size)];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = out.alloc(kind, size, cpu);
        }
        pinned.add(freeButOneOfEach(out, blocks, PAGE_BYTES / size, cpu));
        if (pinned.size() > ROUNDS_PINNED) {
            pinned.remove().forEach(block -> out.free(block, cpu));
        }
        round++;
    }

    private List<Integer> freeButOneOfEach(Outbox out, int[] blocks, int group, int cpu) {
        List<Integer> pins = new ArrayList<>();
        for (int first = 0; first < blocks.length; first += group) {
            int pin = first + random.nextInt(group);
            for (int i = first; i < first + group; i++) {
                if (i == pin) {
                    pins.add(blocks[i]);
                } else {
                    out.free(blocks[i], cpu);
                }
            }
        }
        return pins;
    }
}
