package org.kmemlab.mempool.pools.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.kmemlab.mempool.pools.PoolMachine;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.embedded.MultiPool.Tier;
import org.kmemlab.mempool.pools.embedded.PriorityPools.Priority;

/// Several pools as one. If it failed, a request would get a block that is too small, or a failed
/// initialisation would keep memory.
class MultiPoolTest {

    private static final List<Tier> TIERS = List.of(new Tier(32, 2), new Tier(128, 2),
            new Tier(1024, 1));

    private final PoolMachine fixture = new PoolMachine();
    private final MultiPool pools = newPools(false);

    private MultiPool newPools(boolean fallsThrough) {
        return new MultiPool(fixture.cpu, fixture.source, PoolOptions.defaults("multi"),
                fallsThrough);
    }

    @AfterEach
    void close() {
        pools.validate();
        pools.close();
        pools.close();
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "32, 0", "33, 1", "128, 1", "129, 2", "1024, 2"})
    void alloc_anySize_comesFromTheFirstPoolThatFits(int bytes, int tier) {
        assertThat(pools.init(TIERS)).isEqualTo(InitCode.GOOD);

        long block = pools.alloc(bytes);

        assertThat(pools.pools().get(tier).owns(block)).isTrue();
        assertThat(pools.free(block)).isTrue();
    }

    @Test
    void alloc_poolEmpty_failsOrFallsThrough() {
        MultiPool falling = newPools(true);
        assertThat(pools.init(TIERS)).isEqualTo(InitCode.GOOD);
        assertThat(falling.init(TIERS)).isEqualTo(InitCode.GOOD);
        List<Long> blocks = new ArrayList<>();

        for (int i = 0; i < 5; i++) {
            blocks.add(falling.alloc(20));
        }

        assertThat(blocks).doesNotContain(0L).doesNotHaveDuplicates();
        assertThat(falling.alloc(20)).isZero();
        assertThat(blocks).allMatch(falling::free);
        falling.close();
        assertThat(pools.alloc(20)).isNotZero();
        assertThat(pools.alloc(20)).isNotZero();
        assertThat(pools.alloc(20)).isZero();
    }

    @Test
    void alloc_noPoolFits_isNull() {
        assertThat(pools.alloc(8)).as("before init").isZero();
        assertThat(pools.init(TIERS)).isEqualTo(InitCode.GOOD);

        assertThat(pools.alloc(1025)).isZero();
        assertThat(pools.alloc(0)).isZero();
        assertThat(pools.alloc(-1)).isZero();
    }

    @Test
    void init_oneOfManyFails_leavesNothingAllocated() {
        assertThat(pools.init(List.of(new Tier(32, 64), new Tier(64, 64), new Tier(1 << 20, 64))))
                .isEqualTo(InitCode.NO_MEMORY);
        assertThat(fixture.pagesHeld()).isZero();
        assertThat(pools.init(List.of(new Tier(32, 64), new Tier(0, 64))))
                .isEqualTo(InitCode.INVALID);
        assertThat(fixture.pagesHeld()).isZero();
        assertThat(pools.pools()).isEmpty();

        assertThat(pools.init(List.of())).isEqualTo(InitCode.INVALID);
        assertThat(pools.init(TIERS)).isEqualTo(InitCode.GOOD);
        assertThat(pools.init(TIERS)).as("twice").isEqualTo(InitCode.INVALID);
    }

    @Test
    void free_badBlock_isRefusedAndReported() {
        assertThat(pools.init(TIERS)).isEqualTo(InitCode.GOOD);
        long block = pools.alloc(100);

        assertThat(pools.free(0)).isFalse();
        assertThat(pools.free(4711)).isFalse();
        assertThat(fixture.log()).last().isEqualTo("0x1267 is of no pool of 'multi'");
        assertThat(pools.free(block + 8)).isFalse();
        assertThat(pools.free(block)).isTrue();
        assertThat(pools.free(block)).isFalse();
        assertThat(fixture.log()).hasSize(3).last().asString().contains("multi-128");
    }

    @ParameterizedTest
    @EnumSource
    void priorityPools_eachPriority_hasItsSizeAndCount(Priority priority) {
        PriorityPools priorities = priorities();
        List<Long> blocks = new ArrayList<>();
        int size = priority.tier().blockBytes();

        for (int i = 0; i < priority.tier().blocks(); i++) {
            blocks.add(priorities.alloc(priority, size));
        }

        assertThat(blocks).doesNotContain(0L).doesNotHaveDuplicates();
        assertThat(priorities.alloc(priority, size)).as("no other pool helps out").isZero();
        assertThat(priorities.alloc(priority, size + 1)).isZero();
        assertThat(priorities.alloc(priority, 0)).isZero();
        assertThat(blocks).allMatch(priorities::free);
        assertThat(priorities.free(blocks.getFirst())).isFalse();
        assertThat(priorities.of(priority).statistics().peak()).isEqualTo(blocks.size());
        priorities.validate();
        priorities.close();
        priorities.close();
    }

    private PriorityPools priorities() {
        PriorityPools priorities = new PriorityPools(fixture.cpu, fixture.source,
                PoolOptions.defaults("priority"));
        assertThat(priorities.alloc(Priority.NORMAL, 8)).isZero();
        assertThatThrownBy(() -> priorities.of(Priority.NORMAL))
                .isInstanceOf(IllegalStateException.class);
        assertThat(priorities.init()).isEqualTo(InitCode.GOOD);
        assertThat(priorities.init()).isEqualTo(InitCode.INVALID);
        return priorities;
    }

    @Test
    void priorityPools_sizes_areThoseOfTheArticle() {
        assertThat(Priority.CRITICAL.tier()).isEqualTo(new Tier(32, 64));
        assertThat(Priority.NORMAL.tier()).isEqualTo(new Tier(128, 32));
        assertThat(Priority.LARGE.tier()).isEqualTo(new Tier(1024, 8));
        assertThat(Priority.TEMPORARY.tier()).isEqualTo(new Tier(256, 16));
        PriorityPools priorities = priorities();
        assertThat(priorities.alloc(Priority.CRITICAL, 33)).isZero();
        priorities.close();
    }
}
