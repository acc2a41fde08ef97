package org.kmemlab.mempool.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.mempool.pools.ElrMpl.ELR_MPL_INITIALIZER;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.DOUBLE_FREE;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.FOREIGN_ADDRESS;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.INTERIOR_POINTER;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.OVERRUN;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.mempool.pools.ElrMpl.Handle;
import org.kmemlab.mempool.pools.PoolMisuseException.Misuse;

/// The tree of pools with identity codes would take a stale handle for a good one, lose a pool of
/// the tree, or not find the owner of a slice.
class ElrMplTest {

    private static final PoolOptions PLAIN = PoolOptions.defaults("elr");

    private final PoolMachine fixture = new PoolMachine();
    private final ElrMpl elr = new ElrMpl(fixture.source, fixture.cpu, PLAIN);

    @AfterEach
    void nothingIsLeft() {
        elr.validate();
        fixture.close();
    }

    private List<Long> take(Handle pool, int count) {
        List<Long> slices = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            slices.add(elr.elr_mpl_alloc(pool));
        }
        assertThat(slices).doesNotContain(0L).doesNotHaveDuplicates();
        return slices;
    }

    private void refused(long mem, Misuse misuse) {
        assertThatThrownBy(() -> elr.elr_mpl_free(mem)).isInstanceOfSatisfying(
                PoolMisuseException.class,
                refusal -> assertThat(refusal.misuse()).isEqualTo(misuse));
        assertThatThrownBy(() -> elr.elr_mpl_size(mem)).isInstanceOf(PoolMisuseException.class);
        elr.validate();
    }

    /// The program that comes with the description of the pool would tell another story.
    @Test
    void sampleProgram_tellsItsStory() {
        List<String> story = new ArrayList<>();

        elr.elr_mpl_init();
        story.add("init");
        Handle pool = elr.elr_mpl_create(null, 256);
        story.add("pool of 256 bytes: available " + elr.elr_mpl_avail(pool));
        Handle sub = elr.elr_mpl_create(pool, 128);
        story.add("sub-pool of 128 bytes: available " + elr.elr_mpl_avail(sub));
        long mem = elr.elr_mpl_alloc(sub);
        story.add("a block of the sub-pool has " + elr.elr_mpl_size(mem) + " bytes");
        elr.elr_mpl_free(mem);
        story.add("given back");
        mem = elr.elr_mpl_alloc(pool);
        story.add("a block of the pool has " + elr.elr_mpl_size(mem) + " bytes");
        elr.elr_mpl_free(mem);
        story.add("given back");
        elr.elr_mpl_destroy(pool);
        story.add("pool destroyed");
        story.add(elr.elr_mpl_avail(sub) == 0 ? "sub-pool also destroyed" : "sub-pool is alive");
        elr.elr_mpl_finalize();
        story.add("finalize");

        story.forEach(fixture.machine.log()::print);
        assertThat(fixture.log()).containsExactly("init", "pool of 256 bytes: available 1",
                "sub-pool of 128 bytes: available 1", "a block of the sub-pool has 128 bytes",
                "given back", "a block of the pool has 256 bytes", "given back",
                "pool destroyed", "sub-pool also destroyed", "finalize");
    }

    /// Somebody else's finalize would take the pools away.
    @Test
    void finalize_nested_destroysAtTheLastOnly() {
        assertThat(elr.elr_mpl_init()).isEqualTo(1);
        assertThat(elr.elr_mpl_init()).isEqualTo(1);
        Handle pool = elr.elr_mpl_create(null, 64);
        take(pool, 3);

        elr.elr_mpl_finalize();
        assertThat(elr.elr_mpl_avail(pool)).isEqualTo(1);
        elr.elr_mpl_finalize();

        assertThat(elr.elr_mpl_avail(pool)).isZero();
        assertThat(elr.livePools()).isZero();
        assertThat(elr.inspect()).isNull();
        assertThat(fixture.pagesHeld()).isZero();
        assertThatThrownBy(elr::elr_mpl_finalize).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("without elr_mpl_init");
    }

    @Test
    void notInitialised_nothingIsAvailable() {
        assertThat(elr.elr_mpl_create(null, 64)).isEqualTo(ELR_MPL_INITIALIZER);
        assertThat(elr.elr_mpl_alloc(ELR_MPL_INITIALIZER)).isZero();
        elr.elr_mpl_destroy(ELR_MPL_INITIALIZER);
        refused(fixture.memory().addressOf(300), FOREIGN_ADDRESS);
    }

    @Test
    void emptyHandle_isNeverAvailable() {
        elr.elr_mpl_init();

        assertThat(elr.elr_mpl_avail(ELR_MPL_INITIALIZER)).isZero();
        assertThat(elr.elr_mpl_alloc(ELR_MPL_INITIALIZER)).isZero();
        assertThat(elr.elr_mpl_create(ELR_MPL_INITIALIZER, 64)).isEqualTo(ELR_MPL_INITIALIZER);
        elr.elr_mpl_destroy(ELR_MPL_INITIALIZER);
        assertThat(elr.livePools()).isEqualTo(1);
        elr.elr_mpl_finalize();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void create_badSize_givesTheEmptyHandle(int bytes) {
        elr.elr_mpl_init();
        assertThat(elr.elr_mpl_create(null, bytes)).isEqualTo(new Handle(0, 0));
        assertThat(elr.livePools()).isEqualTo(1);
        elr.elr_mpl_finalize();
    }

    /// A handle of a destroyed pool would reach the pool that reuses the memory of its descriptor.
    @Test
    void staleHandle_descriptorReused_isRecognised() {
        elr.elr_mpl_init();
        Handle old = elr.elr_mpl_create(null, 64);
        elr.elr_mpl_destroy(old);
        assertThat(elr.elr_mpl_avail(old)).isZero();

        Handle other = elr.elr_mpl_create(null, 64);

        assertThat(other.pool()).as("the same descriptor").isEqualTo(old.pool());
        assertThat(other.tag()).as("taken, given back, taken").isEqualTo(old.tag() + 2);
        assertThat(elr.elr_mpl_avail(old)).isZero();
        assertThat(elr.elr_mpl_avail(other)).isEqualTo(1);
        assertThat(elr.elr_mpl_alloc(old)).isZero();
        elr.elr_mpl_destroy(old);
        assertThat(elr.elr_mpl_avail(other)).isEqualTo(1);
        elr.elr_mpl_finalize();
    }

    /// Codes would begin anew with the module, and old handles fit again.
    @Test
    void staleHandle_afterFinalizeAndInit_isRecognised() {
        elr.elr_mpl_init();
        Handle old = elr.elr_mpl_create(null, 64);
        elr.elr_mpl_finalize();
        elr.elr_mpl_init();

        Handle other = elr.elr_mpl_create(null, 64);

        assertThat(other.pool()).isEqualTo(old.pool());
        assertThat(elr.elr_mpl_avail(old)).isZero();
        assertThat(elr.elr_mpl_avail(other)).isEqualTo(1);
        elr.elr_mpl_finalize();
    }

    @Test
    void destroy_isRecursive() {
        elr.elr_mpl_init();
        Handle root = elr.elr_mpl_create(null, 64);
        Handle child = elr.elr_mpl_create(root, 64);
        Handle grandchild = elr.elr_mpl_create(child, 64);
        Handle other = elr.elr_mpl_create(null, 64);
        List<Long> slices = take(grandchild, 10);
        take(other, 1);
        assertThat(elr.livePools()).as("with the global one").isEqualTo(5);

        elr.elr_mpl_destroy(root);

        assertThat(List.of(root, child, grandchild)).allMatch(h -> elr.elr_mpl_avail(h) == 0);
        assertThat(elr.elr_mpl_avail(other)).isEqualTo(1);
        assertThat(elr.livePools()).isEqualTo(2);
        refused(slices.getFirst(), FOREIGN_ADDRESS);
        elr.elr_mpl_destroy(root);
        assertThat(elr.livePools()).as("destroyed twice").isEqualTo(2);
        elr.elr_mpl_finalize();
    }

    /// Slices would come from anywhere: given back first, then new ones, then a new node.
    @Test
    void alloc_threeSteps_inOrder() {
        List<String> events = new ArrayList<>();
        ElrMpl watched = new ElrMpl(fixture.source, fixture.cpu,
                PLAIN.withEvents((event, address, number) -> events.add(event.name())));
        watched.elr_mpl_init();
        Handle pool = watched.elr_mpl_create(null, 1000);
        long first = watched.elr_mpl_alloc(pool);
        events.clear();

        for (int i = 1; i < 16; i++) {
            assertThat(watched.elr_mpl_alloc(pool)).isNotZero();
        }
        assertThat(events).hasSize(15 + 2 * (watched.statistics(pool).total() > 8 ? 1 : 0))
                .contains("ALLOC_FRESH");
        long total = watched.statistics(pool).total();
        while (watched.statistics(pool).free() > 0) {
            assertThat(watched.elr_mpl_alloc(pool)).isNotZero();
        }
        events.clear();
        watched.elr_mpl_free(first);
        assertThat(watched.elr_mpl_alloc(pool)).isEqualTo(first);
        assertThat(watched.elr_mpl_alloc(pool)).isNotZero();

        assertThat(events).containsExactly("FREE", "ALLOC_LISTED", "REGION", "DIVIDE",
                "ALLOC_FRESH");
        assertThat(watched.statistics(pool).total()).isGreaterThan(total);
        watched.validate();
        watched.elr_mpl_finalize();
    }

    /// Memory would go back and forth between pool and machine.
    @Test
    void free_allSlices_keepsTheNodes() {
        elr.elr_mpl_init();
        Handle pool = elr.elr_mpl_create(null, 100);
        List<Long> slices = take(pool, 500);
        long held = fixture.pagesHeld();
        int nodes = nodes(1);

        slices.forEach(elr::elr_mpl_free);

        assertThat(fixture.pagesHeld()).isEqualTo(held);
        List<Long> again = take(pool, 500);
        assertThat(again).containsExactlyElementsOf(slices.reversed());
        assertThat(nodes(1)).isEqualTo(nodes).isEqualTo(Math.ceilDiv(500, 4096 / 120));
        elr.elr_mpl_destroy(pool);
        assertThat(fixture.pagesHeld()).as("the node of descriptors").isEqualTo(1);
        elr.elr_mpl_finalize();
    }

    private int nodes(int child) {
        return Objects.requireNonNull(elr.inspect()).children().get(child - 1).parts().size();
    }

    @Test
    void free_badPointers_areRefusedByName() {
        elr.elr_mpl_init();
        Handle pool = elr.elr_mpl_create(null, 64);
        List<Long> slices = take(pool, 2);
        long mem = slices.getFirst();

        elr.elr_mpl_free(0);
        refused(mem + 8, INTERIOR_POINTER);
        refused(mem - 16, INTERIOR_POINTER);
        refused(mem + 1, INTERIOR_POINTER);
        refused(pool.pool(), FOREIGN_ADDRESS);
        refused(fixture.memory().addressOf(300), FOREIGN_ADDRESS);
        refused(-1, FOREIGN_ADDRESS);
        refused(8, FOREIGN_ADDRESS);
        elr.elr_mpl_free(mem);
        refused(mem, DOUBLE_FREE);

        long other = slices.getLast();
        long owner = fixture.memory().getLong(other - 16);
        fixture.memory().putLong(other - 16, 42);
        refused(other, OVERRUN);
        fixture.memory().putLong(other - 16, owner);
        elr.elr_mpl_free(other);
        elr.elr_mpl_finalize();
    }

    /// Each failure would leave something behind, or be taken for success.
    @Test
    void noMemory_anyStep_givesNothingAndKeepsTheTree() {
        LimitedRegions limited = new LimitedRegions(fixture.source, 0);
        ElrMpl poor = new ElrMpl(limited, fixture.cpu, PLAIN);
        assertThat(poor.elr_mpl_init()).isZero();
        assertThat(poor.elr_mpl_create(null, 64)).isEqualTo(ELR_MPL_INITIALIZER);
        poor.validate();

        limited.allow(1);
        assertThat(poor.elr_mpl_init()).isEqualTo(1);
        Handle pool = poor.elr_mpl_create(null, 64);
        assertThat(poor.elr_mpl_avail(pool)).isEqualTo(1);
        assertThat(poor.elr_mpl_alloc(pool)).isZero();
        Handle last = pool;
        while (poor.elr_mpl_avail(last) == 1) {
            last = poor.elr_mpl_create(pool, 64);
        }
        assertThat(last).isEqualTo(ELR_MPL_INITIALIZER);
        assertThat(poor.livePools()).isEqualTo(102);
        poor.validate();

        limited.allow(1);
        assertThat(poor.elr_mpl_alloc(pool)).isNotZero();
        poor.validate();
        poor.elr_mpl_finalize();
    }

    /// The same tree would behave differently with another lock, or have more locks than asked for.
    @Test
    void locks_anyProvider_sameStoryAndCounted() {
        PoolLocks own = PoolLocks.own();
        PoolLocks shared = PoolLocks.own().shared();
        List<Supplier<PoolLocks>> providers = List.of(PoolLocks::none, () -> own, () -> shared,
                () -> PoolLocks.ofMachine(fixture.machine));
        for (Supplier<PoolLocks> locks : providers) {
            ElrMpl tree = new ElrMpl(fixture.source, fixture.cpu, PLAIN.withLocks(locks.get()));
            tree.elr_mpl_init();
            Handle pool = tree.elr_mpl_create(null, 64);
            Handle sub = tree.elr_mpl_create(pool, 32);
            long mem = tree.elr_mpl_alloc(sub);
            assertThat(tree.elr_mpl_size(mem)).isEqualTo(32);
            tree.elr_mpl_free(mem);
            tree.validate();
            tree.elr_mpl_destroy(pool);
            assertThat(tree.elr_mpl_avail(sub)).isZero();
            tree.elr_mpl_finalize();
        }

        assertThat(own.made()).as("the tree's, and one for each pool").isEqualTo(4);
        assertThat(shared.made()).isEqualTo(1);
    }

    @Test
    void inspect_showsTheTree() {
        elr.elr_mpl_init();
        Handle pool = elr.elr_mpl_create(null, 256);
        Handle sub = elr.elr_mpl_create(pool, 128);
        take(sub, 2);

        List<String> lines = Objects.requireNonNull(elr.inspect()).lines();

        assertThat(lines).hasSize(5);
        assertThat(lines.get(0)).isEqualTo("pool elr/1 of 24 bytes, owner PID: 0 Comm: swapper/0");
        assertThat(lines.get(1)).contains("3 of 102 in use");
        assertThat(lines.get(2)).startsWith("  pool elr/2 of 256 bytes");
        assertThat(lines.get(3)).startsWith("    pool elr/3 of 128 bytes");
        assertThat(lines.get(4)).contains("2 of 28 in use");
        assertThatThrownBy(() -> elr.statistics(ELR_MPL_INITIALIZER))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(elr.footprint(sub).overheadPerBlock()).isEqualTo(16);
        elr.elr_mpl_finalize();
    }
}
