package org.kmemlab.mempool.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The region pool in the manner of APR would keep what it should give back, give back what it
/// should keep, or clean up in the wrong order.
class RegionPoolTest {

    private static final int NODE = 8192;
    private static final PoolOptions PLAIN = PoolOptions.defaults("apr");

    private final PoolMachine fixture = new PoolMachine();
    private final List<String> story = new ArrayList<>();

    private RegionPool pool(long maxFree) {
        return Objects.requireNonNull(
                RegionPool.create(fixture.cpu, fixture.source, maxFree, PLAIN));
    }

    private RegionPool child(RegionPool parent, String name) {
        return Objects.requireNonNull(parent.createChild(fixture.cpu, name));
    }

    private Runnable tells(String what) {
        return () -> story.add(what);
    }

    @AfterEach
    void nothingIsLeft() {
        fixture.close();
    }

    /// Blocks would cost more than their bytes.
    @Test
    void alloc_bumpsThroughNodesOf8KiB() {
        try (RegionPool pool = pool(RegionPool.KEEP_ALL)) {
            long first = pool.alloc(fixture.cpu, 100);
            assertThat(first % NODE).as("a node is aligned to its size").isZero();
            assertThat(pool.alloc(fixture.cpu, 1)).isEqualTo(first + 104);
            assertThat(pool.alloc(fixture.cpu, 8)).isEqualTo(first + 112);
            assertThat(pool.statistics().stepsMax()).isEqualTo(1);

            long second = pool.alloc(fixture.cpu, NODE - 119);
            assertThat(second / NODE).as("does not fit any more").isNotEqualTo(first / NODE);
            assertThat(pool.footprint())
                    .isEqualTo(new PoolFootprint(2 * NODE, NODE - 10, 0, 0));
            assertThat(pool.alloc(fixture.cpu, NODE - 120))
                    .as("the first node has more room left").isEqualTo(first + 120);
            pool.validate();
        }
    }

    /// A block larger than a node would not be served, or end the node that is worked on.
    @Test
    void alloc_largeBlock_getsANodeOfItsOwn() {
        try (RegionPool pool = pool(0)) {
            long small = pool.alloc(fixture.cpu, 64);
            long large = pool.alloc(fixture.cpu, 3 * NODE - 100);

            assertThat(pool.inspect().parts()).extracting(PoolNode.Part::bytes)
                    .containsExactly((long) NODE, 3L * NODE);
            assertThat(pool.alloc(fixture.cpu, 64)).isEqualTo(small + 64);
            assertThat(pool.contains(large + 3 * NODE - 101)).isTrue();
            assertThat(pool.contains(large + 3 * NODE)).isFalse();
            pool.validate();
        }
    }

    /// Clearing would give nodes to the machine that the next round takes again.
    @Test
    void clear_reusesNodes() {
        try (RegionPool pool = pool(RegionPool.KEEP_ALL)) {
            long first = fill(pool, 10);
            long held = fixture.pagesHeld();
            assertThat(held).isEqualTo(20);

            for (int round = 0; round < 3; round++) {
                pool.clear(fixture.cpu);
                assertThat(pool.stockBytes()).isEqualTo(9 * NODE);
                assertThat(pool.statistics().used()).isZero();
                assertThat(fixture.pagesHeld()).isEqualTo(held);
                assertThat(fill(pool, 10)).as("the first node again").isEqualTo(first);
                assertThat(fixture.pagesHeld()).isEqualTo(held);
                pool.validate();
            }
        }
    }

    private long fill(RegionPool pool, int nodes) {
        long first = 0;
        for (int i = 0; i < nodes; i++) {
            long block = pool.alloc(fixture.cpu, NODE);
            first = first == 0 ? block : first;
        }
        return first;
    }

    /// The stock would grow without limit, or shrink below it.
    @Test
    void maxFree_limitsTheStock() {
        try (RegionPool pool = pool(3 * NODE)) {
            fill(pool, 10);
            pool.clear(fixture.cpu);
            assertThat(pool.stockBytes()).isEqualTo(3 * NODE);
            assertThat(fixture.pagesHeld()).isEqualTo(8);

            pool.setMaxFree(fixture.cpu, NODE);
            assertThat(pool.stockBytes()).isEqualTo(NODE);
            assertThat(fixture.pagesHeld()).isEqualTo(4);
            assertThatThrownBy(() -> pool.setMaxFree(fixture.cpu, -1))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-1");
            pool.validate();
        }
    }

    /// What was registered later may need what was registered earlier.
    @Test
    void clear_preCleanupsSubPoolsCleanups_eachInReverse() {
        try (RegionPool pool = pool(0)) {
            pool.registerCleanup("a", "a", tells("cleanup a"));
            pool.registerCleanup("b", "b", tells("cleanup b"));
            pool.registerPreCleanup("x", "x", tells("pre x"));
            pool.registerPreCleanup("y", "y", tells("pre y"));
            child(pool, "one").registerCleanup("1", "1", tells("one"));
            RegionPool two = child(pool, "two");
            two.registerCleanup("2", "2", tells("two"));
            child(two, "inner").registerCleanup("3", "3", tells("inner"));

            pool.clear(fixture.cpu);
            assertThat(story).containsExactly("pre y", "pre x", "inner", "two", "one", "cleanup b",
                    "cleanup a");
            pool.clear(fixture.cpu);
            assertThat(story).as("done once").hasSize(7);
            assertThat(pool.inspect().children()).isEmpty();
        }
    }

    @Test
    void cleanup_killedOrRun_isNotDoneAgain() {
        try (RegionPool pool = pool(0)) {
            pool.registerCleanup("k", "k", tells("killed"));
            pool.registerCleanup("r", "r", tells("run"));
            pool.registerCleanup("stays", "stays", tells("stays"));

            assertThat(pool.killCleanup("k")).isTrue();
            assertThat(pool.killCleanup("k")).isFalse();
            assertThat(pool.runCleanup("r")).isTrue();
            assertThat(pool.runCleanup("r")).isFalse();
            pool.clear(fixture.cpu);

            assertThat(story).containsExactly("run", "stays");
        }
    }

    /// A cleanup that fails would stop the others.
    @Test
    void destroy_cleanupFails_allElseIsDone() {
        RegionPool pool = pool(0);
        fill(pool, 3);
        pool.registerCleanup("a", "a", tells("a"));
        pool.registerCleanup("bad", "bad", () -> {
            throw new IllegalStateException("bad cleanup");
        });

        assertThatThrownBy(() -> pool.destroy(fixture.cpu)).hasMessage("bad cleanup");

        assertThat(story).containsExactly("a");
        assertThat(fixture.pagesHeld()).isZero();
    }

    @Test
    void destroy_parent_destroysAllBelowAndTwiceIsHarmless() {
        RegionPool pool = pool(RegionPool.KEEP_ALL);
        RegionPool child = child(pool, "child");
        RegionPool grandchild = child(child, "grandchild");
        assertThat(pool.isAncestorOf(grandchild)).isTrue();
        assertThat(child.isAncestorOf(pool)).isFalse();
        assertThat(grandchild.parent()).isSameAs(child);
        assertThat(pool.parent()).isNull();
        fill(grandchild, 5);

        pool.destroy(fixture.cpu);

        for (RegionPool dead : List.of(pool, child, grandchild)) {
            assertThatThrownBy(() -> dead.alloc(fixture.cpu, 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is destroyed");
            assertThatThrownBy(() -> dead.clear(fixture.cpu))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> dead.createChild(fixture.cpu, "late"))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> dead.registerCleanup("k", "k", tells("late")))
                    .isInstanceOf(IllegalStateException.class);
            dead.close();
            dead.validate();
        }
        assertThat(fixture.pagesHeld()).isZero();
    }

    /// A sub-pool that is destroyed would keep its nodes from its siblings.
    @Test
    void destroy_child_leavesItsNodesToTheTree() {
        try (RegionPool pool = pool(RegionPool.KEEP_ALL)) {
            RegionPool child = child(pool, "child");
            fill(child, 4);
            long held = fixture.pagesHeld();
            child.destroy(fixture.cpu);
            assertThat(pool.stockBytes()).isEqualTo(4 * NODE);

            fill(child(pool, "next"), 4);

            assertThat(pool.stockBytes()).isZero();
            assertThat(fixture.pagesHeld()).isEqualTo(held);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void alloc_noSize_isRefused(long bytes) {
        try (RegionPool pool = pool(0)) {
            assertThatThrownBy(() -> pool.alloc(fixture.cpu, bytes))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + bytes);
            pool.validate();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {5 << 20, Integer.MAX_VALUE, Long.MAX_VALUE})
    void alloc_moreThanThereIs_givesNothing(long bytes) {
        try (RegionPool pool = pool(0)) {
            assertThat(pool.alloc(fixture.cpu, bytes)).isZero();
            assertThat(pool.statistics().failures()).isEqualTo(1);
            pool.validate();
        }
    }

    @Test
    void create_noMemoryOrBadLimit_givesNothing() {
        LimitedRegions limited = new LimitedRegions(fixture.source, 0);
        assertThat(RegionPool.create(fixture.cpu, limited, 0, PLAIN)).isNull();
        limited.allow(1);
        try (RegionPool pool = Objects
                .requireNonNull(RegionPool.create(fixture.cpu, limited, 0, PLAIN))) {
            assertThat(pool.createChild(fixture.cpu, "child")).isNull();
            assertThat(pool.inspect().children()).isEmpty();
        }
        assertThatThrownBy(() -> pool(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void allocZeroed_isZeroed() {
        try (RegionPool pool = pool(0)) {
            long block = pool.alloc(fixture.cpu, 500);
            fixture.memory().fill(block, 500, (byte) 7);
            pool.clear(fixture.cpu);

            assertThat(pool.allocZeroed(fixture.cpu, 500)).isEqualTo(block);
            for (int i = 0; i < 500; i++) {
                assertThat(fixture.memory().getByte(block + i)).isZero();
            }
        }
    }

    @Test
    void validate_overrunBlock_isFoundWithItsSite() {
        try (RegionPool pool = Objects.requireNonNull(RegionPool.create(fixture.cpu,
                fixture.source, 0, PLAIN.withRedZones().withSites()))) {
            long block = pool.alloc(fixture.cpu, 13);
            long _ = pool.alloc(fixture.cpu, 13);
            pool.validate();
            fixture.memory().putByte(block + 13, (byte) 0);

            assertThatThrownBy(pool::validate).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("13 bytes at 0x" + Long.toHexString(block))
                    .hasMessageContaining("validate_overrunBlock_isFoundWithItsSite");
            fixture.memory().putByte(block + 13, RedZones.ACTIVE);
            pool.validate();
            assertThat(pool.live()).hasSize(2);
        }
        assertThat(fixture.log()).filteredOn(line -> line.contains("allocated by")).hasSize(2);
    }
}
