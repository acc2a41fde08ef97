package org.kmemlab.mempool.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.mempool.pools.LifetimePool.CloseMode.DROP;
import static org.kmemlab.mempool.pools.LifetimePool.CloseMode.RUN_DESTRUCTORS;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.DOUBLE_FREE;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.FOREIGN_ADDRESS;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.INTERIOR_POINTER;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.Task;
import org.kmemlab.mempool.pools.LifetimePool.CloseMode;
import org.kmemlab.mempool.pools.PoolMisuseException.Misuse;

/// The pool with a lifetime would forget something when it dies, or take long over it.
class LifetimePoolTest {

    private static final int BYTES = 64;
    private static final PoolOptions PLAIN = PoolOptions.defaults("request");

    private final PoolMachine fixture = new PoolMachine(MachineConfig.ofMebibytes(32));
    private final List<Long> destroyed = new ArrayList<>();
    private final List<String> story = new ArrayList<>();

    private LifetimePool open(PoolOptions options) {
        return LifetimePool.open(fixture.cpu, fixture.source, BYTES, destroyed::add, options);
    }

    private List<Long> take(LifetimePool pool, int count) {
        List<Long> objects = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            objects.add(pool.alloc(fixture.cpu));
        }
        assertThat(objects).doesNotContain(0L).doesNotHaveDuplicates();
        return objects;
    }

    @AfterEach
    void nothingIsLeft() {
        fixture.close();
    }

    /// A thousand objects would have to be freed one by one.
    @Test
    void close_aThousandObjects_givesAllPagesBack() {
        try (LifetimePool pool = open(PLAIN)) {
            take(pool, 1000);
            assertThat(fixture.pagesHeld()).isEqualTo(16);
            pool.validate();
        }

        assertThat(fixture.pagesHeld()).isZero();
        assertThat(destroyed).hasSize(1000).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource(CloseMode.class)
    void close_destructors_runOnlyIfAskedFor(CloseMode mode) {
        LifetimePool pool = open(PLAIN);
        List<Long> objects = take(pool, 10);
        pool.free(objects.get(3));
        assertThat(destroyed).containsExactly(objects.get(3));
        destroyed.clear();

        pool.close(fixture.cpu, mode);

        objects.remove(3);
        assertThat(destroyed)
                .containsExactlyElementsOf(mode == RUN_DESTRUCTORS ? objects : List.of());
        assertThat(fixture.log()).as("a lifetime that ends is no leak").isEmpty();
    }

    /// Closing would look at each of a million objects.
    @Test
    void close_aMillionObjects_visitsSlabs() {
        LifetimePool pool = LifetimePool.open(fixture.cpu, fixture.source, 16, null, PLAIN);
        for (int i = 0; i < 1_000_000; i++) {
            long _ = pool.alloc(fixture.cpu);
        }
        assertThat(pool.statistics().used()).isEqualTo(1_000_000);
        int slabs = pool.inspect().parts().size();
        assertThat(slabs).isEqualTo(Math.ceilDiv(1_000_000, 256));

        pool.close(fixture.cpu, DROP);

        assertThat(pool.closeSteps()).isEqualTo(slabs);
    }

    /// Callbacks would run in an order in which a later one needs what an earlier one took down.
    @Test
    void close_childrenThenCallbacksInReverse_thenDestructors() {
        LifetimePool pool = LifetimePool.open(fixture.cpu, fixture.source, BYTES,
                object -> story.add("destructor"), PLAIN);
        long _ = pool.alloc(fixture.cpu);
        pool.onClose("log", () -> story.add("close log"));
        pool.onClose("file", () -> story.add("close file"));
        LifetimePool first = pool.openChild(fixture.cpu, "first", 32, null);
        LifetimePool second = pool.openChild(fixture.cpu, "second", 32, null);
        LifetimePool inner = second.openChild(fixture.cpu, "inner", 32, null);
        first.onClose("first", () -> story.add("first"));
        second.onClose("second", () -> story.add("second"));
        inner.onClose("inner", () -> story.add("inner"));

        pool.close();

        assertThat(story).containsExactly("inner", "second", "first", "close file", "close log",
                "destructor");
    }

    @Test
    void close_parent_makesChildrenInvalid() {
        LifetimePool pool = open(PLAIN);
        LifetimePool child = pool.openChild(fixture.cpu, "child", 32, null);
        LifetimePool grandchild = child.openChild(fixture.cpu, "grandchild", 32, null);
        long object = grandchild.alloc(fixture.cpu);

        pool.close();

        for (LifetimePool dead : List.of(pool, child, grandchild)) {
            assertThat(dead.isClosed()).isTrue();
            assertThatThrownBy(() -> dead.alloc(fixture.cpu))
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining("is closed");
            assertThatThrownBy(() -> dead.free(object)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> dead.onClose("late", () -> {}))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> dead.openChild(fixture.cpu, "late", 8, null))
                    .isInstanceOf(IllegalStateException.class);
            dead.close();
            dead.validate();
        }
    }

    /// A loop would keep the pools of its turns until its own pool is closed.
    @Test
    void loop_aChildForEachTurn_keepsNoMemory() {
        try (LifetimePool pool = open(PLAIN)) {
            for (int turn = 0; turn < 100; turn++) {
                try (LifetimePool ofTurn = pool.openChild(fixture.cpu, "turn", 100, null)) {
                    take(ofTurn, 50);
                    assertThat(fixture.pagesHeld()).isLessThanOrEqualTo(3);
                }
            }
            assertThat(pool.inspect().children()).isEmpty();
            assertThat(fixture.pagesHeld()).isZero();
        }
    }

    /// The rest of the work would not be done if one callback fails.
    @Test
    void close_callbackFails_isReportedAfterAllElse() {
        LifetimePool pool = open(PLAIN);
        long _ = pool.alloc(fixture.cpu);
        pool.onClose("good", () -> story.add("good"));
        pool.onClose("bad", () -> {
            throw new IllegalStateException("bad callback");
        });
        pool.onClose("worse", () -> take(pool, 1));

        assertThatThrownBy(pool::close).hasMessageContaining("is closed")
                .satisfies(failure -> assertThat(failure.getSuppressed()).singleElement()
                        .asString().contains("bad callback"));

        assertThat(story).containsExactly("good");
        assertThat(destroyed).hasSize(1);
        assertThat(fixture.pagesHeld()).isZero();
    }

    /// The tree would not show pool, sub-pools, slabs, owners and callbacks.
    @Test
    void inspect_showsAllLevels() {
        Task server = new Task("server", 10);
        Task worker = new Task("worker", 11);
        fixture.cpu.run(server);
        try (LifetimePool pool = open(PLAIN.withSites())) {
            take(pool, 2);
            pool.onClose("socket", () -> {});
            LifetimePool child = pool.openChild(fixture.cpu, "reply", 1000, null);
            fixture.cpu.run(worker);
            List<Long> objects = take(child, 3);
            take(pool, 1);
            child.onClose("file", () -> {});
            child.onClose("lock", () -> {});

            assertThat(pool.inspect().lines()).containsExactly(
                    "pool request of 64 bytes, owner PID: 10 Comm: server",
                    "  slab 0x%x: 4096 bytes, 3 of 64 in use"
                            .formatted(pool.live().getFirst().address()),
                    "  user PID: 10 Comm: server: 2", "  user PID: 11 Comm: worker: 1",
                    "  callback socket", "  pool reply of 1000 bytes, owner PID: 10 Comm: server",
                    "    slab 0x%x: 8000 bytes, 3 of 8 in use".formatted(objects.getFirst()),
                    "    user PID: 11 Comm: worker: 3", "    callback file", "    callback lock");
        }
    }

    /// The report would not name the one object that was forgotten.
    @Test
    void close_oneLeakedObject_givesOneReportWithItsSite() {
        LifetimePool pool = open(PLAIN.withSites());
        take(pool, 20).forEach(pool::free);
        long leak = pool.alloc(fixture.cpu);

        assertThat(pool.live()).singleElement().matches(block -> block.address() == leak);
        pool.close();

        assertThat(fixture.log()).filteredOn(line -> line.contains("allocated by")).singleElement()
                .asString().contains("0x" + Long.toHexString(leak))
                .contains("close_oneLeakedObject_givesOneReportWithItsSite");
    }

    @Test
    void free_badPointers_areRefusedBeforeTheDestructorRuns() {
        try (LifetimePool pool = open(PLAIN);
                LifetimePool child = pool.openChild(fixture.cpu, "child", BYTES, null)) {
            long object = pool.alloc(fixture.cpu);
            long foreign = child.alloc(fixture.cpu);

            pool.free(0);
            refused(pool, object + 8, INTERIOR_POINTER);
            refused(pool, foreign, FOREIGN_ADDRESS);
            refused(pool, 64, FOREIGN_ADDRESS);
            assertThat(destroyed).isEmpty();
            pool.free(object);
            refused(pool, object, DOUBLE_FREE);
            assertThat(destroyed).containsExactly(object);
            pool.validate();
        }
    }

    private static void refused(LifetimePool pool, long address, Misuse misuse) {
        assertThatThrownBy(() -> pool.free(address)).isInstanceOfSatisfying(
                PoolMisuseException.class,
                refusal -> assertThat(refusal.misuse()).isEqualTo(misuse));
        pool.validate();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void open_noSize_isRefused(int bytes) {
        assertThatThrownBy(
                () -> LifetimePool.open(fixture.cpu, fixture.source, bytes, null, PLAIN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("objects of " + bytes);
    }

    @Test
    void alloc_noMemory_givesNothing() {
        LifetimePool pool =
                LifetimePool.open(fixture.cpu, fixture.source, 1 << 20, null, PLAIN);
        long objects = 0;
        while (pool.alloc(fixture.cpu) != 0) {
            objects++;
        }
        assertThat(objects).isGreaterThan(5);
        assertThat(pool.statistics().failures()).isEqualTo(1);
        pool.validate();
        pool.close();
    }
}
