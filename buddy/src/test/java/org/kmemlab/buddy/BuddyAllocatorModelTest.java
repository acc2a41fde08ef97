package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.buddy.ModelFailure.Sequence;

/// Random work on machines with several zones, nodes and CPUs, compared with a model of who holds
/// what.
///
/// `-Dkmemlab.ops=N` sets how many operations, `-Dkmemlab.seed=N` where the seeds start, and
/// `-Dkmemlab.replay=FILE` names a file with a sequence that a failure printed.
class BuddyAllocatorModelTest {

    /// Operations on one machine; then the next machine has its turn with the next seed.
    private static final int RUN = 100_000;
    private static final long OPERATIONS = Long.getLong("kmemlab.ops", 10_000_000);
    private static final long SEED = Long.getLong("kmemlab.seed", 1);

    /// Fails if pages are given out twice, misaligned or from a wrong zone, or are lost; if
    /// counters or lists go wrong; or if a recorded state does not bring everything back.
    @Test
    void randomWork_agreesWithTheModel() {
        ModelCheck check = new ModelCheck(RealPages::new);

        long seed = SEED;
        for (long done = 0; done < OPERATIONS; done += RUN) {
            Optional<ModelFailure> failure = check.run(seed,
                    (int) Math.min(RUN, OPERATIONS - done));

            assertThat(failure.map(ModelFailure::report)).isEmpty();
            seed++;
        }
    }

    /// Sequences that random work found, and the one that the user names.
    static List<Sequence> recorded() throws IOException {
        List<Sequence> all = new ArrayList<>();
        // Bulk requests left pages on the lists of CPUs of a machine without such lists.
        all.add(Sequence.parse("""
                machine medium-no-lists seed 5
                bulk gfp=GFP_HIGHUSER_MOVABLE pick=269790
                free
                bulk gfp=__GFP_MEMALLOC|__GFP_MOVABLE pick=5
                alloc gfp=GFP_TRANSHUGE_LIGHT
                """));
        String file = System.getProperty("kmemlab.replay");
        if (file != null) {
            all.add(Sequence.parse(Files.readString(Path.of(file))));
        }
        return all;
    }

    /// Fails if a defect that was found once is back.
    @ParameterizedTest(name = "sequence {index}")
    @MethodSource("recorded")
    void recordedSequence_agreesWithTheModel(Sequence sequence) {
        ModelCheck check = new ModelCheck(RealPages::new);

        assertThat(check.replay(sequence.machine(), sequence.operations())).isEmpty();
    }
}
