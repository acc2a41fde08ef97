package org.kmemlab.mempool.pools.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.VirtualClock;
import org.kmemlab.mempool.pools.PoolMachine;
import org.kmemlab.mempool.pools.PoolOptions;

/// What is put around pools: time limits, interrupts, a warning when full, a chain of stand-ins. If
/// it failed, a deadline would be missed unseen, or a handler would find the pool in the middle of
/// a step.
class PoolLayersTest {

    private final PoolMachine fixture = new PoolMachine();
    private final VirtualClock clock = fixture.machine.clock();
    private final InterruptContext context = new InterruptContext(fixture.cpu);
    private final EmbeddedPool pool = newPool("plain");

    private EmbeddedPool newPool(String name) {
        return new EmbeddedPool(fixture.cpu, fixture.source, PoolOptions.defaults(name));
    }

    @BeforeEach
    void init() {
        assertThat(EmbeddedPool.init(pool, InterruptPool.BLOCK_BYTES, InterruptPool.BLOCKS))
                .isEqualTo(InitCode.GOOD);
    }

    @AfterEach
    void close() {
        pool.validate();
        pool.close();
        fixture.close();
    }

    private static List<Long> allocAll(SizedPool pool) {
        List<Long> blocks = new ArrayList<>();
        while (pool.statistics().free() > 0) {
            blocks.add(pool.alloc());
        }
        return blocks;
    }

    private void freeAfter(long jiffies, long block) {
        clock.after(jiffies, () -> assertThat(pool.free(block)).isTrue());
    }

    @Test
    void timed_blockComesFreeInTime_recordsTheLongestWait() {
        TimedPool timed = new TimedPool(pool, clock, 10);
        List<Long> blocks = allocAll(timed);
        assertThat(timed.longestJiffies()).isZero();
        freeAfter(3, blocks.get(0));
        freeAfter(10, blocks.get(1));

        assertThat(timed.alloc()).isEqualTo(blocks.get(0));
        assertThat(timed.longestJiffies()).isEqualTo(3);
        assertThat(timed.alloc()).isEqualTo(blocks.get(1));

        assertThat(timed.longestJiffies()).isEqualTo(7);
        assertThat(timed.tooLate()).isZero();
        assertThat(timed.longestSteps()).isEqualTo(pool.statistics().stepsMax()).isPositive();
        timed.validate();
    }

    @Test
    void timed_nothingComesFree_isNullAtTheLimit() {
        TimedPool timed = new TimedPool(pool, clock, 10);
        List<Long> blocks = allocAll(timed);
        freeAfter(11, blocks.get(0));

        assertThat(timed.alloc()).isZero();

        assertThat(clock.jiffies()).isEqualTo(10);
        assertThat(timed.longestJiffies()).isEqualTo(10);
        assertThat(timed.tooLate()).isOne();
        assertThat(new TimedPool(pool, clock, 0).alloc()).as("never waits").isZero();
        assertThat(clock.jiffies()).isEqualTo(10);
        assertThatIllegalArgumentException().isThrownBy(() -> new TimedPool(pool, clock, -1))
                .withMessage("a limit of -1 jiffies: expected 0 or more");
    }

    private InterruptPool interruptPool() {
        return new InterruptPool(pool, context, clock, fixture.machine.log());
    }

    @Test
    void interrupt_handlersAndTask_shareThePool() {
        InterruptPool shared = interruptPool();
        List<Long> blocks = new ArrayList<>();

        blocks.add(shared.alloc());
        context.raise(() -> {
            blocks.add(shared.alloc());
            context.raise(() -> blocks.add(shared.alloc(GfpFlags.GFP_ATOMIC, 5)));
        });

        assertThat(blocks).hasSize(3).doesNotContain(0L).doesNotHaveDuplicates();
        assertThat(shared.blockBytes()).isEqualTo(64);
        assertThat(shared.statistics().total()).isEqualTo(16);
        assertThat(blocks).allMatch(shared::free);
        assertThat(shared.free(blocks.getFirst())).isFalse();
        assertThat(shared.flagged()).isZero();
        shared.validate();
    }

    /// An operation leaves the mask as it was, so whatever the caller holds off stays held off.
    @Test
    void interrupt_insideACriticalSection_staysPendingUntilItsEnd() {
        InterruptPool shared = interruptPool();
        List<String> story = new ArrayList<>();

        int mask = context.save();
        context.raise(() -> story.add("handler"));
        assertThat(shared.free(shared.alloc())).isTrue();
        story.add("end of section");
        context.restore(mask);

        assertThat(story).containsExactly("end of section", "handler");
    }

    /// While the pool works no handler runs: a listener inside the operation raises one.
    @Test
    void interrupt_duringAnOperation_runsAfterIt() {
        List<String> story = new ArrayList<>();
        WatchedPool slow = new WatchedPool(pool, 0, full -> {
            context.raise(() -> story.add("handler"));
            story.add("inside the operation");
        });
        InterruptPool shared = new InterruptPool(slow, context, clock, fixture.machine.log());

        long block = shared.alloc();

        assertThat(story).containsExactly("inside the operation", "handler");
        assertThat(shared.free(block)).isTrue();
    }

    @Test
    void interrupt_requestThatMaySleep_isFlaggedAndDoesNotSleep() {
        InterruptPool shared = interruptPool();
        List<Long> blocks = allocAll(shared);
        freeAfter(1, blocks.getFirst());
        long[] got = {-1, -1};

        context.raise(() -> got[0] = shared.alloc(GfpFlags.GFP_KERNEL, 100));
        int mask = context.save();
        got[1] = shared.alloc(GfpFlags.GFP_KERNEL, 100);
        context.restore(mask);

        assertThat(got).containsExactly(0, 0);
        assertThat(shared.flagged()).isEqualTo(2);
        assertThat(clock.jiffies()).isZero();
        assertThat(fixture.log()).hasSize(2).first().asString()
                .startsWith("BUG: sleeping function called from invalid context: pool 'plain', "
                        + "GFP_KERNEL, cpu0 in interrupt depth 1");
        assertThat(shared.alloc(GfpFlags.GFP_ATOMIC, 100)).as("never sleeps").isZero();
        assertThat(shared.alloc(GfpFlags.GFP_KERNEL, 100)).as("in a task it may")
                .isEqualTo(blocks.getFirst());
        assertThat(clock.jiffies()).isOne();
        assertThat(shared.flagged()).isEqualTo(2);
    }

    @Test
    void watched_useCrossesNinetyPercent_firesOnce() {
        List<Long> fired = new ArrayList<>();
        WatchedPool watched = new WatchedPool(pool, now -> fired.add(now.used()));

        List<Long> blocks = allocAll(watched);
        assertThat(watched.alloc()).isZero();

        assertThat(fired).as("14 of 16 are 87.5 %").containsExactly(15L);
        assertThat(watched.free(blocks.get(15))).isTrue();
        assertThat(watched.free(blocks.get(14))).isTrue();
        long again = watched.alloc();
        assertThat(fired).as("it fell below before").containsExactly(15L, 15L);
        assertThat(watched.free(again)).isTrue();
        assertThat(watched.owns(again)).isTrue();
        watched.validate();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 100})
    void watched_badThreshold_isRefused(int percent) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WatchedPool(pool, percent, now -> {}))
                .withMessageContaining("a threshold of " + percent);
    }

    @Test
    void chain_poolsExhausted_logsTheOrder() {
        EmbeddedPool small = newPool("small");
        EmbeddedPool large = newPool("large");
        assertThat(EmbeddedPool.init(small, 32, 1)).isEqualTo(InitCode.GOOD);
        assertThat(EmbeddedPool.init(large, 256, 1)).isEqualTo(InitCode.GOOD);
        FallbackChain chain = new FallbackChain(fixture.machine.log(), List.of(small, large));

        long first = chain.alloc(30);
        long second = chain.alloc(30);
        long third = chain.alloc(30);
        long tooLarge = chain.alloc(257);

        assertThat(small.owns(first)).isTrue();
        assertThat(large.owns(second)).isTrue();
        assertThat(third).isZero();
        assertThat(tooLarge).isZero();
        assertThat(fixture.log()).containsExactly(
                "pool 'small' has no block for 30 bytes: trying the next",
                "pool 'small' has no block for 30 bytes: trying the next",
                "pool 'large' has no block for 30 bytes: trying the next",
                "no pool has a block for 30 bytes", "no pool has a block for 257 bytes");
        assertThat(chain.free(second)).isTrue();
        assertThat(chain.free(second)).isFalse();
        assertThat(chain.free(first)).isTrue();
        assertThat(chain.free(4711)).isFalse();
        assertThat(chain.free(0)).isFalse();
        chain.validate();
        assertThatIllegalArgumentException().isThrownBy(() -> chain.alloc(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FallbackChain(fixture.machine.log(), List.of()));
        small.close();
        large.close();
    }
}
