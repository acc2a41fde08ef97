package org.kmemlab.mempool.pools;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.mempool.pools.PoolEntries.Entry;

/// Pools of firmware and devices take and give without making garbage for Java's collector. If it
/// failed, a pool that claims constant time would stop for a collection now and then.
class FirmwareGarbageTest {

    private static final int PAIRS = 20_000;

    private static final Pattern MAY = Pattern.compile("buddy|red zones|poisoned");

    /// All but the buddy pool, which remembers sizes in a map, and those that fill memory to find
    /// mistakes.
    static Stream<Entry> entries() {
        return FirmwareEntries.all().filter(entry -> !MAY.matcher(entry.name()).find());
    }

    @ParameterizedTest
    @MethodSource("entries")
    void allocAndFree_poolInUse_allocateNothingInJava(Entry entry) {
        try (PoolMachine machine = new PoolMachine();
                PoolUnderTest pool = entry.open().apply(machine)) {
            int bytes = pool.sizes().getFirst();
            pairs(pool, bytes);

            long before = allocatedBytes();
            pairs(pool, bytes);
            long made = allocatedBytes() - before;

            assertThat(made).isLessThan(PAIRS);
            pool.validate();
        }
    }

    private static void pairs(PoolUnderTest pool, int bytes) {
        for (int i = 0; i < PAIRS; i++) {
            pool.free(pool.alloc(bytes));
        }
    }

    private static long allocatedBytes() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadAllocatedBytes();
    }
}
