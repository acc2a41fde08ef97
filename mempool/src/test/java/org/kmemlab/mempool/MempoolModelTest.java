package org.kmemlab.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_ATOMIC;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs random operations beside a model: a reserve that is a plain stack.
class MempoolModelTest {

    private static final int OPERATIONS = 3_000;

    private final Deque<Long> reserve = new ArrayDeque<>();
    private final List<Long> held = new ArrayList<>();
    private int minNr = 3;
    private boolean sourceFails;

    /// The pool would differ from a stack with a limit in some order of operations.
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void randomOperations_equalTheModel(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (PoolFixture f = new PoolFixture(minNr)) {
            f.pool.snapshot().elements().forEach(reserve::push);
            for (int i = 0; i < OPERATIONS; i++) {
                operate(f, random);

                assertThat(f.pool.snapshot().elements()).as("seed %d, operation %d", seed, i)
                        .containsExactlyElementsOf(bottomToTop());
                assertThat(f.pool.snapshot().minNr()).isEqualTo(minNr);
                f.pool.validate();
            }
            held.forEach(element -> f.pool.free(f.cpu, element));
            f.pool.close();
            assertThat(f.source.out).isEmpty();
        }
    }

    private List<Long> bottomToTop() {
        return new ArrayList<>(reserve).reversed();
    }

    private void operate(PoolFixture f, SplittableRandom random) {
        switch (random.nextInt(10)) {
            case 0 -> {
                sourceFails = !sourceFails;
                f.source.succeedOnly(sourceFails ? 0 : ScriptedSource.NO_LIMIT);
            }
            case 1 -> resize(f, random.nextInt(1, 8));
            case 2, 3, 4 -> allocAtomic(f);
            case 5, 6 -> allocKernel(f, random);
            default -> free(f, random);
        }
    }

    private void allocAtomic(PoolFixture f) {
        long element = f.pool.alloc(f.cpu, GFP_ATOMIC);

        if (!sourceFails) {
            assertThat(element).isPositive();
            held.add(element);
        } else if (reserve.isEmpty()) {
            assertThat(element).isZero();
        } else {
            assertThat(element).isEqualTo(reserve.pop());
            held.add(element);
        }
    }

    private void allocKernel(PoolFixture f, SplittableRandom random) {
        boolean mustWait = sourceFails && reserve.isEmpty();
        if (mustWait && held.isEmpty()) {
            return;
        }
        long freedAtMillis = f.millis() + 4L * random.nextInt(1, 5_000);
        if (mustWait) {
            long other = held.remove(random.nextInt(held.size()));
            f.freeAfterMillis(freedAtMillis - f.millis(), other);
            reserve.push(other);
        }

        long element = f.pool.alloc(f.cpu, GFP_KERNEL);

        if (sourceFails) {
            assertThat(element).isEqualTo(reserve.pop());
        }
        if (mustWait) {
            assertThat(f.millis()).isEqualTo(freedAtMillis);
        }
        held.add(element);
    }

    private void free(PoolFixture f, SplittableRandom random) {
        if (held.isEmpty()) {
            return;
        }
        long element = held.remove(random.nextInt(held.size()));
        f.pool.free(f.cpu, element);
        if (reserve.size() < minNr) {
            reserve.push(element);
        }
    }

    private void resize(PoolFixture f, int newMinNr) {
        f.pool.resize(f.cpu, newMinNr);
        while (reserve.size() > newMinNr) {
            reserve.pop();
        }
        if (newMinNr > minNr && !sourceFails) {
            List<Long> now = f.pool.snapshot().elements();
            assertThat(now).hasSize(newMinNr);
            now.subList(reserve.size(), newMinNr).forEach(reserve::push);
        }
        minNr = newMinNr;
    }
}
