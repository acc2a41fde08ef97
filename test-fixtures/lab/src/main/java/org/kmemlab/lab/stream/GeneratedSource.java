package org.kmemlab.lab.stream;

import java.util.function.Function;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/// A workload that is made up.
///
/// @param name what it is called
/// @param description its distributions and their figures, in one line
/// @param events how many requests a stream has
/// @param generator made from a source of random numbers
record GeneratedSource(String name, String description, long events,
        Function<UniformRandomProvider, Generator> generator) implements StreamSource {

    @Override
    public boolean isRecorded() {
        return false;
    }

    @Override
    public RequestStream open(long seed) {
        return new GeneratedStream(
                generator.apply(RandomSource.XO_RO_SHI_RO_128_PP.create(seed)), events);
    }
}
