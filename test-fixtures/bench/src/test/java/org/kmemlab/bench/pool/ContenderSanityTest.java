package org.kmemlab.bench.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.bench.pool.Contender.Camp;
import org.kmemlab.bench.pool.Contender.Shape;
import org.kmemlab.lab.malloc.MallocFamily;

/// Every contender really allocates: a figure of one that does not would be worth nothing.
class ContenderSanityTest {

    private static final int LIVE = 500;

    static Stream<Contender> addressContenders() {
        return contenders(Shape.ADDRESS);
    }

    static Stream<Contender> handleContenders() {
        return contenders(Shape.HANDLE);
    }

    private static Stream<Contender> contenders(Shape shape) {
        return Stream.of(Contender.values()).filter(contender -> contender.shape() == shape)
                .filter(contender -> contender.camp() != Camp.HARNESS);
    }

    /// Two users would share an object, or what one writes would be gone.
    @ParameterizedTest
    @MethodSource("addressContenders")
    void addresses_live_areDistinctAndKeepTheirContents(Contender contender) {
        try (AddressPool pool = open(contender)) {
            for (int round = 0; round < 3; round++) {
                long[] live = new long[LIVE];
                for (int i = 0; i < LIVE; i++) {
                    live[i] = pool.alloc();
                    pool.write(live[i], i);
                }
                assertHolds(pool, live);
                LongStream.of(live).forEach(pool::free);
            }
        }
    }

    /// The bulk calls would hand out an object twice, or keep one.
    @ParameterizedTest
    @MethodSource("addressContenders")
    void addresses_bulk_areDistinctAndKeepTheirContents(Contender contender) {
        try (AddressPool pool = open(contender)) {
            for (int round = 0; round < 3; round++) {
                long[] live = new long[LIVE];
                pool.allocBulk(live);
                for (int i = 0; i < LIVE; i++) {
                    pool.write(live[i], i);
                }
                assertHolds(pool, live);
                pool.freeBulk(live);
            }
        }
    }

    private static void assertHolds(AddressPool pool, long[] live) {
        assertThat(LongStream.of(live).distinct().count()).isEqualTo(LIVE);
        assertThat(live).doesNotContain(0L);
        for (int i = 0; i < LIVE; i++) {
            assertThat(pool.read(live[i])).isEqualTo(i);
        }
    }

    /// The mixed pattern would run against a pool that knows one size only.
    @ParameterizedTest
    @MethodSource("addressContenders")
    void addresses_ofAnySize_areAsDeclared(Contender contender) {
        try (AddressPool pool = open(contender)) {
            if (contender.anySize()) {
                long large = pool.alloc(2000);
                pool.write(large, 7);
                assertThat(pool.read(large)).isEqualTo(7);
                pool.free(large);
            } else {
                assertThat(catchThrowable(() -> pool.alloc(2000)))
                        .isInstanceOf(UnsupportedOperationException.class);
            }
        }
    }

    private static Throwable catchThrowable(Runnable work) {
        return org.assertj.core.api.Assertions.catchThrowable(work::run);
    }

    private static AddressPool open(Contender contender) {
        assumeTrue(contender.family().map(MallocFamily::isCallable).orElse(true),
                contender + " is not installed, or needs a process of its own");
        return AddressPools.open(contender, 64);
    }

    /// Two users would share an object, or what one writes would be gone.
    @ParameterizedTest
    @MethodSource("handleContenders")
    void handles_live_areDistinctAndKeepTheirContents(Contender contender) {
        try (HandlePool<?> pool = HandlePools.open(contender, 64)) {
            checkHandles(pool);
        }
    }

    private static <T> void checkHandles(HandlePool<T> pool) {
        for (int round = 0; round < 3; round++) {
            Set<T> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
            List<T> live = new ArrayList<>();
            for (int i = 0; i < LIVE; i++) {
                T handle = pool.alloc();
                pool.write(handle, i);
                live.add(handle);
            }
            distinct.addAll(live);
            assertThat(distinct).hasSize(LIVE);
            for (int i = 0; i < LIVE; i++) {
                assertThat(pool.read(live.get(i))).isEqualTo(i);
            }
            live.forEach(pool::free);
        }
    }

    /// A contender of one shape would be opened as one of the other, and fail in a fork only.
    @Test
    void open_wrongShape_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AddressPools.open(Contender.NETTY_POOLED, 64))
                .withMessageContaining("netty-pooled");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HandlePools.open(Contender.KMALLOC, 64))
                .withMessageContaining("kmalloc");
    }
}
