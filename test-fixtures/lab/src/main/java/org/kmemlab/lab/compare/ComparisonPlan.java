package org.kmemlab.lab.compare;

import java.util.List;
import java.util.stream.LongStream;

import org.apache.commons.lang3.Validate;
import org.kmemlab.lab.stream.StreamSource;

/// What is compared with what.
///
/// @param sources the workloads
/// @param competitors who serves them
/// @param firstSeed the first of the seeds; the others follow it
/// @param seeds how many seeds a made-up workload gets, 1 or more; a recorded one gets the first
/// @param samples rows of measures of a run, 1 or more
/// @param mebibytes memory of the machine; 0 for enough, by workload
public record ComparisonPlan(List<StreamSource> sources, List<Competitor> competitors,
        long firstSeed, int seeds, int samples, int mebibytes) {

    /// Copies the lists and checks the numbers.
    public ComparisonPlan {
        sources = List.copyOf(sources);
        competitors = List.copyOf(competitors);
        Validate.notEmpty(sources, "no workload to compare on");
        Validate.notEmpty(competitors, "no policy to compare");
        Validate.isTrue(seeds >= 1, "%d seeds: expected 1 or more", seeds);
        Validate.isTrue(samples >= 1, "%d samples: expected 1 or more", samples);
        Validate.isTrue(mebibytes >= 0, "%d MiB: expected 0 or more", mebibytes);
    }

    /// The seeds.
    public List<Long> allSeeds() {
        return LongStream.range(firstSeed, firstSeed + seeds).boxed().toList();
    }

    /// The seeds that a workload is played with.
    List<Long> seedsOf(StreamSource source) {
        return source.isRecorded() ? allSeeds().subList(0, 1) : allSeeds();
    }
}
