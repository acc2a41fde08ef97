package org.kmemlab.lab.stream;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.DiscreteSampler;
import org.apache.commons.rng.sampling.distribution.RejectionInversionZipfSampler;

/// Requests to many caches of which a few get most: how often a cache is asked follows Zipf's law.
final class PopularCaches implements Churn.Requests {

    /// Object sizes, the most popular first: many small ones, as in a kernel.
    private static final int[] OBJECT_SIZES = {192, 64, 32, 128, 96, 256, 40, 104, 24, 576, 512,
        152, 704, 1024, 80, 320, 232, 48, 768, 2048, 16, 208, 1104, 640, 4096, 88, 448, 2080, 120,
        8, 1600, 6208};

    private final DiscreteSampler rank;

    /// @param exponent of the law; larger is more uneven
    PopularCaches(UniformRandomProvider random, double exponent) {
        rank = RejectionInversionZipfSampler.of(random, OBJECT_SIZES.length, exponent);
    }

    @Override
    public int alloc(Outbox out, int task, int cpu) {
        int size = OBJECT_SIZES[rank.sample() - 1];
        return out.alloc(out.kind("zipf-" + size, size, task), size, cpu);
    }
}
