package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.proc.SysfsSlab;

/// The way of a slab layer from nothing to everything, and what each state allows.
class SlabBootTest {

    private final Machine machine = new Machine(MachineConfig.ofMebibytes(32));
    private final SlabBoot boot = SlabBoot.of(new PageAllocator(machine));
    private final SlabAllocator slab = boot.allocator();

    @AfterEach
    void close() {
        slab.validate();
        slab.pages().validate();
        machine.close();
    }

    private static KmemCacheArgs args(String name, int size) {
        return KmemCacheArgs.of(name, size);
    }

    /// If it fails, a state comes out of turn, or the layer is available too early or too late.
    @Test
    void advance_fromDown_passesTheStatesInOrder() {
        assertThat(boot.state()).isEqualTo(SlabState.DOWN);
        assertThat(slab.state().isAvailable()).isFalse();
        assertThat(boot.advance()).isEqualTo(SlabState.PARTIAL);
        assertThat(slab.state().isAvailable()).isFalse();
        assertThat(boot.advance()).isEqualTo(SlabState.UP);
        assertThat(slab.state().isAvailable()).isTrue();
        assertThat(boot.advance()).isEqualTo(SlabState.FULL);
        assertThat(slab.state()).isEqualTo(SlabState.FULL);
        assertThatThrownBy(boot::advance).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("FULL");
    }

    /// If it fails, a cache or memory can be had before there is anything to make it from.
    @Test
    void createCache_beforeUp_isRefused() {
        for (SlabState state : List.of(SlabState.DOWN, SlabState.PARTIAL)) {
            boot.advanceTo(state);

            assertThatThrownBy(() -> slab.createCache(args("early", 64)))
                    .isInstanceOf(IllegalStateException.class).hasMessage(
                            "cache early: the slab layer is " + state + ", expected UP or FULL");
            assertThatThrownBy(slab::kmalloc).isInstanceOf(IllegalStateException.class)
                    .hasMessage("kmalloc: the slab layer is " + state + ", expected UP or FULL");
            assertThat(slab.caches()).isEmpty();
        }
    }

    /// If it fails, the caches of descriptors and of `kmalloc` are not there when others come, or
    /// stand elsewhere in slabinfo.
    @Test
    void advance_toUp_createsTheOwnCachesFirst() {
        boot.advanceTo(SlabState.UP);

        List<String> oldestFirst =
                slab.caches().reversed().stream().map(KmemCache::name).toList();
        assertThat(oldestFirst).startsWith("kmem_cache", "kmem_cache_node", "kmalloc-8")
                .contains("kmalloc-8k").hasSize(41);
        assertThat(machine.log().lines())
                .containsExactly("SLUB: HWalign=64, Order=0-3, MinObjects=0, CPUs=1, Nodes=1");
        long object = slab.kmalloc().kmalloc(machine.cpu(0), 64, GFP_KERNEL);
        assertThat(object).isNotZero();
        slab.kmalloc().kfree(machine.cpu(0), object);
    }

    /// If it fails, early caches do not work, or sysfs shows them before it exists.
    @Test
    void createCache_whileUp_worksButIsNotInSysfs() {
        boot.advanceTo(SlabState.UP);
        KmemCache early = slab.createCache(args("early", 80));
        KmemCache alias = slab.createCache(args("alias", 80));
        long object = early.alloc(machine.cpu(0), GFP_KERNEL);

        assertThat(boot.queuedAliases()).containsExactly("alias");
        assertThatThrownBy(() -> slab.sysfs(early)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("/sys/kernel/slab exists from FULL on");

        boot.advance();

        assertThat(boot.queuedAliases()).isEmpty();
        assertThat(slab.sysfs(alias).directory()).isEqualTo(":0000080");
        assertThat(SysfsSlab.attributes(slab.sysfs(early))).containsEntry("aliases", "1");
        early.free(machine.cpu(0), object);
        alias.close();
        early.close();
    }

    /// If it fails, a second cache of the same name is refused before sysfs could notice, or nobody
    /// says so when it does.
    @Test
    void createCache_takenNameWhileUp_isFoundWhenSysfsComesUp() {
        boot.advanceTo(SlabState.UP);
        KmemCache shared = slab.createCache(args("shared", 80));
        KmemCache alias = slab.createCache(args("twin", 80));
        SlabFlags alone = SlabFlags.NOLEAKTRACE;
        KmemCache first = slab.createCache(args("twin", 64).withFlags(alone));
        KmemCache second = slab.createCache(args("twin", 128).withFlags(alone));
        machine.log().clear();

        boot.advance();

        assertThat(machine.log().lines()).containsExactly(
                "SLUB: Unable to add boot slab twin to sysfs",
                "SLUB: Unable to add boot slab alias twin to sysfs");
        assertThatThrownBy(() -> slab.createCache(args("twin", 256).withFlags(alone)))
                .hasMessageContaining("'twin' is taken");
        List.of(second, first, alias, shared).forEach(KmemCache::close);
    }

    /// If it fails, a machine that is booted as usual is not ready.
    @Test
    void constructor_always_bootsToFull() {
        try (SlabFixture f = SlabFixture.booted("")) {
            assertThat(f.slab.state()).isEqualTo(SlabState.FULL);
        }
    }
}
