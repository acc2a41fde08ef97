package org.kmemlab.lab.stream;

import java.util.Arrays;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ContinuousSampler;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.kmemlab.lab.policy.RequestKind;

/// A program in phases: each works with sizes of its own, and at its end frees most of what it has,
/// in no order. The few blocks that stay outlive a number of phases: the classic cause of
/// fragmentation in long-running programs.
final class PhaseChanges implements Generator {

    private static final int[] MEAN_BYTES = {200, 1500, 96, 3000, 48, 600};
    private static final int MOST_BYTES = 8192;
    private static final int BYTES_OF_A_PHASE = 3 << 18;
    private static final int BLOCKS_OF_A_PHASE = 6000;
    private static final double SURVIVORS = 0.08;
    /// Survivors live for so many phases.
    private static final int PHASES_SURVIVED = 5;

    private final UniformRandomProvider random;
    private final ContinuousSampler exponential;
    private final int cpus;
    private final int[][] survivors = new int[PHASES_SURVIVED][0];
    private int[] live = new int[1 << 10];
    private int phase;

    PhaseChanges(UniformRandomProvider random, int cpus) {
        this.random = random;
        this.exponential = ZigguratSampler.Exponential.of(random);
        this.cpus = cpus;
    }

    @Override
    public void step(Outbox out) {
        int mean = MEAN_BYTES[phase % MEAN_BYTES.length];
        RequestKind kind = out.kind("kmalloc", 0, phase % MEAN_BYTES.length);
        int count = 0;
        for (long bytes = 0; bytes < BYTES_OF_A_PHASE && count < BLOCKS_OF_A_PHASE;) {
            int size = Math.clamp(Math.round(mean * exponential.sample()), 8, MOST_BYTES);
            if (count == live.length) {
                live = Arrays.copyOf(live, 2 * count);
            }
            live[count++] = out.alloc(kind, size, random.nextInt(cpus));
            bytes += size;
        }
        endPhase(out, count);
        phase++;
    }

    private void endPhase(Outbox out, int count) {
        for (int block : survivors[phase % PHASES_SURVIVED]) {
            out.free(block, random.nextInt(cpus));
        }
        shuffle(count);
        int staying = (int) (count * SURVIVORS);
        survivors[phase % PHASES_SURVIVED] = Arrays.copyOf(live, staying);
        for (int i = staying; i < count; i++) {
            out.free(live[i], random.nextInt(cpus));
        }
    }

    private void shuffle(int count) {
        for (int i = count - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int block = live[i];
            live[i] = live[other];
            live[other] = block;
        }
    }
}
