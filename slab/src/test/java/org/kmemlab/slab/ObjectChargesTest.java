package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_ATOMIC;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL_ACCOUNT;
import static org.kmemlab.buddy.GfpFlags.GFP_NOWAIT;

import java.util.ArrayDeque;
import java.util.Arrays;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemCgroup;
import org.kmemlab.machine.MemCgroup.Events;
import org.kmemlab.machine.MemCgroup.Stat;
import org.kmemlab.machine.Task;

class ObjectChargesTest {

    /// A slot of 512 bytes and the pointer to who pays.
    private static final long PRICE = 520;

    private final SlabFixture f = SlabFixture.of(MachineConfig.ofMebibytes(32).withCpus(2)
            .withProfile(KernelProfile.C61.with(ConfigOption.MEMCG_KMEM)));
    private final KmemCache accounted = f.slab.createCache(
            KmemCacheArgs.of("accounted", 500).withAlign(512).withFlags(SlabFlags.ACCOUNT));
    private final KmemCache plain = f.slab.createCache(KmemCacheArgs.of("plain", 512)
            .withFlags(SlabFlags.RECLAIM_ACCOUNT));
    private final long before = accounted.alloc(f.cpu, GFP_KERNEL);
    private final MemCgroup group = f.machine.memCgroups().create("group");
    private final Task task = new Task("worker", 7);

    @BeforeEach
    void enter() {
        task.setMemCgroup(group);
        f.cpu.run(task);
    }

    @AfterEach
    void close() {
        accounted.free(f.cpu, before);
        accounted.close();
        plain.close();
        assertThat(group.usage()).isZero();
        assertThat(group.stat(Stat.SLAB_RECLAIMABLE)).isZero();
        assertThat(group.stat(Stat.SLAB_UNRECLAIMABLE)).isZero();
        f.close();
    }

    private long[] take(KmemCache cache, GfpFlags gfp, int count) {
        long[] objects = new long[count];
        Arrays.setAll(objects, i -> cache.alloc(f.cpu, gfp));
        return objects;
    }

    /// Objects would cost a wrong sum, or another group would get it back.
    @Test
    void alloc_ofAccountedCache_isPaidByTheTasksGroup() {
        MemCgroup other = f.machine.memCgroups().create("other");
        Task stranger = new Task("stranger", 8);
        stranger.setMemCgroup(other);
        Cpu far = f.machine.cpu(1);
        far.run(stranger);

        long mine = accounted.alloc(f.cpu, GFP_KERNEL);
        long theirs = accounted.zalloc(far, GFP_KERNEL);

        assertThat(group.usage()).isEqualTo(other.usage()).isEqualTo(PRICE);
        assertThat(group.stat(Stat.SLAB_UNRECLAIMABLE)).isEqualTo(PRICE);
        accounted.free(far, mine);
        assertThat(group.usage()).isZero();
        assertThat(other.usage()).isEqualTo(PRICE);
        accounted.free(f.cpu, theirs);
        assertThat(other.usage()).isZero();
    }

    /// Single requests could not be charged, or all of the cache would be.
    @Test
    void alloc_accountedRequest_isPaidThoughTheCacheIsNot() {
        long free = plain.alloc(f.cpu, GFP_KERNEL);
        long paid = plain.alloc(f.cpu, GFP_KERNEL_ACCOUNT);

        assertThat(group.usage()).isEqualTo(group.stat(Stat.SLAB_RECLAIMABLE)).isEqualTo(PRICE);
        plain.free(f.cpu, free);
        assertThat(group.usage()).isEqualTo(PRICE);
        plain.free(f.cpu, paid);
        assertThat(group.usage()).isZero();
    }

    /// Interrupts, and tasks in no group, would be charged; or objects from before the first group.
    @Test
    void alloc_nobodyPays_isFree() {
        f.cpu.run(null);
        long inInterrupt = accounted.alloc(f.cpu, GFP_KERNEL);
        f.cpu.run(new Task("free", 9));
        long outside = plain.alloc(f.cpu, GFP_KERNEL_ACCOUNT);

        assertThat(group.usage()).isZero();
        accounted.free(f.cpu, inInterrupt);
        plain.free(f.cpu, outside);
    }

    /// kmalloc would take accounted objects from the wrong caches, or large ones for nothing.
    @Test
    void kmalloc_accounted_usesItsOwnCachesAndPaysForPages() {
        Kmalloc kmalloc = f.slab.kmalloc();
        long small = kmalloc.kmalloc(f.cpu, 100, GFP_KERNEL_ACCOUNT);
        long large = kmalloc.kmalloc(f.cpu, 9000, GFP_KERNEL_ACCOUNT);
        long free = kmalloc.kmalloc(f.cpu, 100, GFP_KERNEL);

        assertThat(String.valueOf(f.slab.cacheOf(small))).isEqualTo("kmalloc-cg-128");
        assertThat(group.stat(Stat.SLAB_UNRECLAIMABLE)).isEqualTo(136);
        assertThat(group.stat(Stat.PAGES)).isEqualTo(16384);
        assertThat(group.usage()).isEqualTo(136 + 16384);

        long grown = kmalloc.krealloc(f.cpu, small, 1000, GFP_KERNEL_ACCOUNT);
        assertThat(group.usage()).isEqualTo(1032 + 16384);
        kmalloc.kfree(f.cpu, grown);
        kmalloc.kfree(f.cpu, large);
        kmalloc.kfree(f.cpu, free);
    }

    /// A group could have more objects than its limit allows, or a refusal would cost something.
    @Test
    void alloc_atTheLimit_failsSilently() {
        group.setLimit(f.cpu, 4096);
        long[] objects = take(accounted, GFP_KERNEL, 7);
        int lines = f.machine.log().lines().size();

        assertThat(accounted.alloc(f.cpu, GFP_KERNEL)).isZero();
        assertThat(accounted.alloc(f.cpu, GFP_NOWAIT)).isZero();

        assertThat(group.usage()).isEqualTo(7 * PRICE);
        assertThat(group.failcnt()).isEqualTo(18);
        assertThat(group.events()).isEqualTo(new Events(17, 1, 0));
        assertThat(f.machine.log().lines()).hasSize(lines);
        long urgent = accounted.alloc(f.cpu, GFP_ATOMIC);
        long needed = accounted.alloc(f.cpu, GFP_KERNEL.with(GfpFlags.NOFAIL));
        assertThat(urgent).isNotZero();
        assertThat(needed).isNotZero();
        assertThat(group.usage()).isEqualTo(9 * PRICE).isGreaterThan(group.limit());
        accounted.freeBulk(f.cpu, objects, 0, 7);
        accounted.freeBulk(f.cpu, new long[] {urgent, needed}, 0, 2);
    }

    /// A cache that could give objects back would not be asked to.
    @Test
    void alloc_atTheLimit_reclaims() {
        group.setLimit(f.cpu, 4096);
        ArrayDeque<Long> spare = new ArrayDeque<>();
        group.onReclaim((cpu, bytes) -> {
            if (!spare.isEmpty()) {
                accounted.free(cpu, spare.remove());
            }
            return PRICE;
        });
        for (int i = 0; i < 20; i++) {
            long object = accounted.alloc(f.cpu, GFP_KERNEL);
            assertThat(object).as("object %d", i).isNotZero();
            spare.add(object);
        }

        assertThat(group.events()).isEqualTo(new Events(13, 0, 0));
        assertThat(group.peak()).isEqualTo(7 * PRICE);
        spare.forEach(object -> accounted.free(f.cpu, object));
    }

    /// A batch would be charged in part, or half of it handed out.
    @Test
    void allocBulk_isPaidAsAWholeOrNotAtAll() {
        group.setLimit(f.cpu, 8192);
        long[] objects = new long[15];

        assertThat(accounted.allocBulk(f.cpu, GFP_KERNEL, objects, 0, 15)).isEqualTo(15);
        assertThat(group.usage()).isEqualTo(15 * PRICE);
        accounted.freeBulk(f.cpu, objects, 0, 15);
        assertThat(group.usage()).isZero();

        assertThat(accounted.allocBulk(f.cpu, GFP_KERNEL, new long[16], 0, 16)).isZero();
        assertThat(group.usage()).isZero();
        assertThat(group.failcnt()).isEqualTo(17);
        assertThat(accounted.snapshot().allocatedObjects()).isEqualTo(1);
    }

    /// What was paid for objects that could not be had would be lost.
    @ParameterizedTest
    @ValueSource(ints = {1, 30})
    void alloc_noPages_givesTheMoneyBack(int count) {
        f.pages.failPageAlloc().setMinOrder(0);
        f.pages.failPageAlloc().attr().setTimes(-1);
        f.pages.failPageAlloc().attr().setProbability(100);
        GfpFlags gfp = GFP_NOWAIT.with(GfpFlags.NOWARN);
        // The rest of the slab that the first object came from.
        long[] left = take(accounted, gfp, 15);
        assertThat(group.usage()).isEqualTo(15 * PRICE);

        assertThat(accounted.allocBulk(f.cpu, gfp, new long[count], 0, count)).isZero();
        assertThat(accounted.alloc(f.cpu, gfp)).isZero();

        assertThat(group.usage()).isEqualTo(15 * PRICE);
        f.pages.failPageAlloc().attr().setProbability(0);
        accounted.freeBulk(f.cpu, left, 0, 15);
    }

    /// A double free would be paid back twice.
    @Test
    void free_twice_isPaidBackOnce() {
        long[] objects = take(accounted, GFP_KERNEL, 2);
        accounted.free(f.cpu, objects[0]);

        assertThatThrownBy(() -> accounted.free(f.cpu, objects[0]))
                .isInstanceOf(SlabBugException.class);

        assertThat(group.usage()).isEqualTo(PRICE);
        accounted.free(f.cpu, objects[1]);
    }

    /// A task that moves would take old charges along, or go on charging its old group.
    @Test
    void task_moves_leavesItsChargesBehind() {
        MemCgroup next = f.machine.memCgroups().create("next", group);
        long old = accounted.alloc(f.cpu, GFP_KERNEL);
        task.setMemCgroup(next);
        long fresh = accounted.alloc(f.cpu, GFP_KERNEL);

        assertThat(next.usage()).isEqualTo(PRICE);
        assertThat(group.usage()).isEqualTo(2 * PRICE);
        accounted.free(f.cpu, old);
        assertThat(next.usage()).isEqualTo(group.usage()).isEqualTo(PRICE);
        accounted.free(f.cpu, fresh);
    }

    /// Caches that are made after the first group would be free of charge.
    @Test
    void createCache_afterTheFirstGroup_isCharged() {
        try (KmemCache later = f.slab.createCache(
                KmemCacheArgs.of("later", 64).withFlags(SlabFlags.parse("ACCOUNT|POISON")))) {
            long object = later.alloc(f.cpu, GFP_KERNEL);
            assertThat(group.usage()).isEqualTo(later.geometry().size() + 8);
            later.free(f.cpu, object);
        }
    }
}
