package org.kmemlab.lab.stream;

import java.util.List;
import java.util.function.Function;

import org.apache.commons.lang3.Validate;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ContinuousSampler;
import org.apache.commons.rng.sampling.distribution.DiscreteSampler;
import org.apache.commons.rng.sampling.distribution.GaussianSampler;
import org.apache.commons.rng.sampling.distribution.RejectionInversionZipfSampler;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/// The workloads that are made up, by name.
///
/// The random numbers come from xoroshiro128++ (Blackman and Vigna) of Commons RNG, the
/// distributions from its samplers.
public final class GeneratedStreams {

    /// Requests of a stream unless told otherwise.
    public static final long DEFAULT_EVENTS = 100_000;

    private static final int CPUS = 4;
    private static final double REMOTE_SHARE = 0.1;
    private static final double LARGE_SHARE = 0.3;

    private GeneratedStreams() {
    }

    /// All of them.
    ///
    /// @param events requests of each stream, at least 1
    public static List<StreamSource> all(long events) {
        Validate.isTrue(events >= 1, "%d events: expected 1 or more", events);
        return List.of(
                of("exponential", "kmalloc: sizes exponential (mean 200 B), lifetimes exponential"
                        + " (mean 10000 allocations)", events, GeneratedStreams::exponential),
                of("zipf", "32 caches asked by Zipf's law (exponent 1), lifetimes by Zipf's law:"
                        + " most die at once, some stay", events, GeneratedStreams::zipf),
                of("bimodal",
                        "kmalloc: sizes around 80 B and around 3000 B; small blocks live long,"
                                + " large ones shortly",
                        events, GeneratedStreams::bimodal),
                of("phases", "phases with sizes of their own; 8 % of a phase's blocks outlive it",
                        events, random -> new PhaseChanges(random, CPUS)),
                of("fork-storm", "bursts of processes: 13 caches a process, reaped on another CPU",
                        events, random -> new ForkStorm(random, CPUS)),
                of("network-burst", "packets arrive in bursts on one CPU, are freed on others",
                        events, random -> new NetworkBursts(random, CPUS)),
                of("pin-one-per-slab", "the adversary: frees all but one object of each page",
                        events, random -> new PinOnePerSlab(random, CPUS)));
    }

    /// The workload of a name.
    ///
    /// @throws IllegalArgumentException if there is none; the message names all
    public static StreamSource named(String name, long events) {
        return all(events).stream().filter(source -> source.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no workload is called '" + name
                        + "'; there are "
                        + String.join(", ",
                                all(events).stream().map(StreamSource::name).toList())));
    }

    private static StreamSource of(String name, String description, long events,
            Function<UniformRandomProvider, Generator> generator) {
        return new GeneratedSource(name, description, events, generator);
    }

    private static Generator exponential(UniformRandomProvider random) {
        ContinuousSampler bytes = ZigguratSampler.Exponential.of(random, 200);
        ContinuousSampler life = ZigguratSampler.Exponential.of(random, 10_000);
        return new Churn(random, Churn.kmalloc(bytes::sample, 8, 8192), any -> life.sample(), CPUS,
                REMOTE_SHARE);
    }

    private static Generator zipf(UniformRandomProvider random) {
        DiscreteSampler life = RejectionInversionZipfSampler.of(random, 50_000, 1);
        return new Churn(random, new PopularCaches(random, 1), any -> life.sample(), CPUS,
                REMOTE_SHARE);
    }

    private static Generator bimodal(UniformRandomProvider random) {
        ContinuousSampler small = GaussianSampler.of(normal(random), 80, 20);
        ContinuousSampler large = GaussianSampler.of(normal(random), 3000, 500);
        ContinuousSampler shortly = ZigguratSampler.Exponential.of(random, 300);
        ContinuousSampler longer = ZigguratSampler.Exponential.of(random, 8000);
        return new Churn(random, Churn.kmalloc(
                () -> random.nextDouble() < LARGE_SHARE ? large.sample() : small.sample(), 16,
                8192), bytes -> bytes < 1000 ? longer.sample() : shortly.sample(), CPUS,
                REMOTE_SHARE);
    }

    private static ZigguratSampler.NormalizedGaussian normal(UniformRandomProvider random) {
        return ZigguratSampler.NormalizedGaussian.of(random);
    }
}
