package org.kmemlab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.api.KernelFlags.GFP_ATOMIC;
import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.GFP_NOWAIT;
import static org.kmemlab.api.KernelFlags.SLAB_HWCACHE_ALIGN;
import static org.kmemlab.api.KernelFlags.SLAB_PANIC;
import static org.kmemlab.api.KernelFlags.__GFP_ZERO;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.slab.KernelPanicException;
import org.kmemlab.slab.Kmalloc;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.PrefilledSheaf;
import org.kmemlab.slab.SlabBugException;

class KernelTest {

    private final Kernel k = Kernel.boot(MachineConfig.ofMebibytes(32).withCpus(2));

    @AfterEach
    void close() {
        k.slab().validate();
        k.pages().validate();
        k.close();
    }

    private KmemCache cache(int size) {
        return Objects.requireNonNull(
                k.kmem_cache_create("test", size, 0, SLAB_HWCACHE_ALIGN, null));
    }

    /// Constants would not be what C code was compiled with.
    @Test
    void constants_haveTheKernelsValues() {
        assertThat(GFP_KERNEL).isEqualTo(0xcc0);
        assertThat(GFP_ATOMIC).isEqualTo(0xa20);
        assertThat(GFP_KERNEL | __GFP_ZERO).isEqualTo(0xdc0);
        assertThat(KernelFlags.GFP_HIGHUSER_MOVABLE).isEqualTo(0x100cca);
        assertThat(SLAB_HWCACHE_ALIGN | SLAB_PANIC).isEqualTo(0x42000);
    }

    /// A cache that cannot be made would end the program, where C code tests for NULL.
    @Test
    void kmem_cache_create_impossible_returnsNullAndLogs() {
        assertThat(k.kmem_cache_create("huge", 64 << 20, 0, 0, null)).isNull();

        assertThat(k.machine().log().lines())
                .anyMatch(line -> line.contains("(huge) failed with error"))
                .anyMatch(line -> line.contains("object size 67108864: expected 1 to 4194304"));
    }

    /// The commonest mistake would be reported as an unknown number.
    @Test
    void kmem_cache_create_gfpFlags_saysWhatIsWrong() {
        assertThat(k.kmem_cache_create("confused", 64, 0, GFP_KERNEL, null)).isNull();

        assertThat(k.machine().log().lines()).anyMatch(line -> line.contains("confused")
                && line.contains("SLAB_*, never GFP_*") && line.contains("GFP_KERNEL"));
    }

    /// A cache with PANIC could be missing without notice.
    @Test
    void kmem_cache_create_impossibleWithPanic_panics() {
        assertThatThrownBy(() -> k.kmem_cache_create("huge", 64 << 20, 0, SLAB_PANIC, null))
                .isInstanceOf(KernelPanicException.class);
    }

    /// An object would go to another cache than the one named, or its bytes would be lost.
    @Test
    void kmem_cache_objects_areAllocatedAndFreed() {
        KmemCache cache = cache(100);
        long[] bulk = new long[4];

        long plain = k.kmem_cache_alloc(cache, GFP_KERNEL);
        long zeroed = k.kmem_cache_zalloc(cache, GFP_NOWAIT);
        long onNode = k.kmem_cache_alloc_node(cache, GFP_KERNEL, 0);

        assertThat(k.kmem_cache_alloc_bulk(cache, GFP_KERNEL, 4, bulk)).isEqualTo(4);
        assertThat(k.kmem_cache_size(cache)).isEqualTo(100);
        assertThat(k.machine().memory().getLong(zeroed)).isZero();
        assertThat(k.leaks()).containsExactly("cache test: 7 objects");
        k.kmem_cache_free_bulk(cache, 4, bulk);
        k.kmem_cache_free(cache, plain);
        k.kmem_cache_free(cache, zeroed);
        assertThat(k.kmem_cache_shrink(cache)).isEqualTo(1);
        k.kmem_cache_free(cache, onNode);
        assertThat(k.kmem_cache_shrink(cache)).isZero();
        k.kmem_cache_destroy(cache);
        k.kmem_cache_destroy(null);
        assertThat(k.leaks()).isEmpty();
    }

    /// An object would come from the lists of another CPU than the one that asks.
    @Test
    void on_otherCpu_usesItsLists() {
        KmemCache cache = cache(64);

        long first = k.kmem_cache_alloc(cache, GFP_KERNEL);
        long second = k.on(1).kmem_cache_alloc(cache, GFP_KERNEL);

        assertThat(cache.snapshot().slub().cpus()).allMatch(cpu -> cpu.slab() != null);
        k.kmem_cache_free(cache, first);
        k.on(1).kmem_cache_free(cache, second);
        assertThatThrownBy(() -> k.on(2)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CPUs 0 to 1");
    }

    /// Some function of the kmalloc family would mix up its arguments.
    @Test
    void kmalloc_family_servesSizes() {
        List<Long> blocks = new ArrayList<>();

        blocks.add(k.kmalloc(100, GFP_KERNEL));
        blocks.add(k.kmalloc_node(100, GFP_KERNEL, 0));
        blocks.add(k.kzalloc(200, GFP_KERNEL));
        blocks.add(k.kmalloc_array(10, 30, GFP_KERNEL));
        blocks.add(k.kcalloc(10, 100, GFP_KERNEL));

        assertThat(blocks).extracting(k::ksize).containsExactly(128L, 128L, 256L, 512L, 1024L);
        long moved = k.krealloc(blocks.get(0), 5000, GFP_KERNEL);
        assertThat(k.ksize(moved)).isEqualTo(8192);
        blocks.set(0, moved);
        assertThat(k.kmalloc(0, GFP_KERNEL)).isEqualTo(Kmalloc.ZERO_SIZE_PTR);
        assertThat(k.kmalloc_array(1L << 40, 1L << 40, GFP_KERNEL)).isZero();
        k.kfree_sensitive(blocks.removeLast());
        blocks.forEach(k::kfree);
        k.kfree(0);
        assertThat(k.leaks()).isEmpty();
    }

    /// Blocks taken apart or taken many at once would not come back page by page.
    @Test
    void pages_takenApart_areFreedOneByOne() {
        int[] many = {Kernel.NO_PAGE, Kernel.NO_PAGE, Kernel.NO_PAGE};
        int block = k.alloc_pages(GFP_KERNEL, 1);
        long exact = k.alloc_pages_exact(3 * 4096, GFP_KERNEL);

        assertThat(k.alloc_pages_bulk_array(GFP_KERNEL, many)).isEqualTo(3);
        k.split_page(block, 1);

        assertThat(many).doesNotContain(Kernel.NO_PAGE).doesNotHaveDuplicates();
        Arrays.stream(many).forEach(k::__free_page);
        k.__free_page(block);
        k.__free_page(block + 1);
        k.free_pages_exact(exact, 3 * 4096);
        k.free_pages_exact(0, 4096);
        assertThat(k.leaks()).isEmpty();
    }

    /// Pages and their addresses would not belong together.
    @Test
    void pages_byNumberAndByAddress_areTheSame() {
        int page = k.alloc_pages(GFP_KERNEL, 2);
        int single = k.alloc_page(GFP_KERNEL);
        int onNode = k.alloc_pages_node(0, GFP_KERNEL, 1);
        long address = k.__get_free_pages(GFP_KERNEL, 3);
        long zeroed = k.get_zeroed_page(GFP_KERNEL);

        assertThat(k.virt_to_page(k.page_address(page))).isEqualTo(page);
        assertThat(k.page_address(Kernel.NO_PAGE)).isZero();
        assertThat(k.machine().memory().getLong(zeroed)).isZero();
        assertThat(k.leaks()).hasSize(5)
                .contains("pages at pfn 0x" + Integer.toHexString(page) + ": order 2");
        k.__free_pages(page, 2);
        k.__free_page(single);
        k.__free_pages(onNode, 1);
        k.free_pages(address, 3);
        k.free_page(zeroed);
        k.free_pages(0, 0);
        assertThat(k.leaks()).isEmpty();
    }

    /// A large block of kmalloc would be forgotten when leaks are looked for.
    @Test
    void leaks_largeKmalloc_isNamed() {
        long large = k.kmalloc(100_000, GFP_KERNEL);

        assertThat(k.leaks()).singleElement().asString().startsWith("large kmalloc at pfn 0x")
                .endsWith("order 5");
        k.kfree(large);
    }

    /// Some kind of pool would not give back what it took.
    @Test
    void mempools_ofEveryKind_workAndLeaveNothing() {
        KmemCache cache = cache(64);
        List<Long> own = new ArrayList<>(List.of(1L, 2L, 3L, 4L, 5L, 6L));
        List<Mempool> pools = new ArrayList<>();
        pools.add(k.mempool_create_slab_pool(2, cache));
        pools.add(k.mempool_create_kmalloc_pool(2, 300));
        pools.add(k.mempool_create_page_pool(2, 1));
        pools.add(k.mempool_create(2, (gfp, list) -> list.removeFirst(),
                (element, list) -> list.add(element), own));

        for (Mempool pool : pools) {
            long element = k.mempool_alloc(pool, GFP_KERNEL);
            assertThat(element).isNotZero();
            assertThat(k.mempool_resize(pool, 3)).isZero();
            assertThat(pool.snapshot().currNr()).isEqualTo(3);
            k.mempool_free(element, pool);
            k.mempool_destroy(pool);
        }
        k.mempool_destroy(null);

        assertThat(own).containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L, 6L);
        k.kmem_cache_destroy(cache);
        assertThat(k.leaks()).isEmpty();
    }

    /// Elements of a reserve would lose the state that the constructor gave them.
    @Test
    void mempool_create_slab_pool_cacheWithConstructor_isRejected() {
        KmemCache cache = Objects.requireNonNull(
                k.kmem_cache_create("built", 64, 0, 0, (memory, address) -> {}));

        assertThatThrownBy(() -> k.mempool_create_slab_pool(1, cache))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cache 'built' has a constructor");
        k.kmem_cache_destroy(cache);
    }

    /// A structure without a name, or of a size that C cannot have, would get a cache.
    @Test
    void structDescriptor_impossible_isRejected() {
        assertThatThrownBy(() -> new StructDescriptor("odd", 10, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("alignment 4");
        assertThatThrownBy(() -> new StructDescriptor("none", 0, 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("size 0");
    }

    /// People could not tune a cache of the facade as they do on a shell.
    @Test
    void sysfs_writesAndReadsFilesOfCaches() {
        KmemCache cache = cache(100);

        assertThat(k.sysfs().write(k.machine().cpu(0), "test", "min_partial", "7\n"))
                .isEqualTo(2);

        assertThat(cache.tunables().minPartial()).isEqualTo(7);
        assertThat(k.sysfs().read("test", "min_partial")).isEqualTo("7\n");
    }

    /// C code for newer kernels could not say what it wants of a cache.
    @Test
    void kmem_cache_create_cacheArgs_areTakenByNewerKernels() {
        try (Kernel newer = Kernel.boot(
                MachineConfig.ofMebibytes(32).withProfile(KernelProfile.LINUX_6_18))) {
            kmem_cache_args args = new kmem_cache_args();
            args.align = 16;
            args.useroffset = 8;
            args.usersize = 24;
            args.freeptr_offset = 0;
            args.use_freeptr_offset = true;
            args.sheaf_capacity = 32;

            KmemCache cache = Objects.requireNonNull(
                    newer.kmem_cache_create("file", 184, args, KernelFlags.SLAB_TYPESAFE_BY_RCU));

            assertThat(cache.geometry().slub().offset()).isZero();
            assertThat(cache.geometry().size()).isEqualTo(192);
            assertThat(newer.slab().sysfs(cache).usersize()).isEqualTo(24);
            assertThat(newer.kmem_cache_create("file", 184, args, 0)).isNull();
            assertThat(newer.machine().log().lines()).anyMatch(
                    line -> line.contains("only a cache with SLAB_TYPESAFE_BY_RCU may have one"));
            args.use_freeptr_offset = false;
            args.freeptr_offset = 3;
            assertThat(newer.kmem_cache_create("plain", 64, args, 0)).isNotNull();
            assertThat(newer.kmem_cache_create("none", 64, (kmem_cache_args) null, 0)).isNotNull();
        }
    }

    /// A region for user space could not be given in the older way.
    @Test
    void kmem_cache_create_usercopy_hasItsRegion() {
        KmemCache cache = Objects
                .requireNonNull(k.kmem_cache_create_usercopy("sock", 200, 0, 0, 40, 16, null));

        assertThat(k.slab().sysfs(cache).usersize()).isEqualTo(16);
        k.kmem_cache_destroy(cache);
    }

    /// Code that reserves objects before it takes a lock could not be ported.
    @Test
    void kmem_cache_prefill_sheaf_lendsObjectsThatAreThere() {
        try (Kernel newer = Kernel.boot(MachineConfig.ofMebibytes(32)
                .withProfile(KernelProfile.LINUX_6_18))) {
            kmem_cache_args args = new kmem_cache_args();
            args.sheaf_capacity = 32;
            KmemCache nodes = Objects
                    .requireNonNull(newer.kmem_cache_create("maple_node", 256, args, 0));
            KmemCache other = Objects.requireNonNull(
                    newer.kmem_cache_create("other", 64, (kmem_cache_args) null, 0));
            PrefilledSheaf sheaf = Objects
                    .requireNonNull(newer.kmem_cache_prefill_sheaf(nodes, GFP_KERNEL, 3));
            assertThat(newer.leaks()).contains("cache maple_node: 32 objects");

            long object = newer.kmem_cache_alloc_from_sheaf(nodes, GFP_KERNEL, sheaf);
            assertThat(newer.kmem_cache_sheaf_size(sheaf)).isEqualTo(31);
            assertThat(newer.kmem_cache_refill_sheaf(nodes, GFP_KERNEL, sheaf, 40)).isZero();
            assertThat(newer.kmem_cache_sheaf_size(sheaf)).isEqualTo(40);
            assertThatThrownBy(() -> newer.kmem_cache_return_sheaf(other, GFP_KERNEL, sheaf))
                    .hasMessage("a sheaf of cache maple_node is used with cache other");
            newer.kmem_cache_return_sheaf(nodes, GFP_KERNEL, sheaf);
            newer.kmem_cache_free(nodes, object);

            assertThat(newer.leaks()).isEmpty();
            newer.slab().validate();
        }
    }

    /// Memory that waits for a grace period would never come back, or at once.
    @Test
    void kfree_rcu_isFreedByItsBarrierOnly() {
        KmemCache cache = cache(64);
        long[] objects = {k.kmalloc(100, GFP_KERNEL), 0, k.kmem_cache_alloc(cache, GFP_KERNEL)};
        k.kfree_rcu(k.kmem_cache_alloc(cache, GFP_KERNEL));

        k.rcu_barrier();
        assertThat(cache.snapshot().allocatedObjects()).isEqualTo(2);
        k.kvfree_rcu_barrier();
        assertThat(cache.snapshot().allocatedObjects()).isEqualTo(1);
        k.kfree_bulk(3, objects);
        assertThat(k.leaks()).isEmpty();
        assertThat(k.slab_is_available()).isTrue();
        k.kmem_cache_destroy(cache);
    }

    /// A cache of another machine would be used with addresses and CPUs of this one.
    @Test
    void kmem_cache_functions_cacheOfAnotherMachine_areRefused() {
        try (Kernel other = Kernel.boot(MachineConfig.ofMebibytes(32))) {
            KmemCache cache = cache(64);
            String message = "cache test belongs to another machine than this kernel";

            assertThatThrownBy(() -> other.kmem_cache_alloc(cache, GFP_KERNEL))
                    .isInstanceOf(IllegalArgumentException.class).hasMessage(message);
            assertThatThrownBy(() -> other.kmem_cache_destroy(cache)).hasMessage(message);
            assertThatThrownBy(() -> other.mempool_create_slab_pool(1, cache)).hasMessage(message);
            k.kmem_cache_destroy(cache);
            assertThatThrownBy(() -> k.kmem_cache_alloc(cache, GFP_KERNEL))
                    .isInstanceOf(SlabBugException.class)
                    .hasMessageContaining("was destroyed through this handle");
        }
    }

    /// A forgotten argument would be told from deep inside, without its name.
    @Test
    @SuppressWarnings("NullAway") // What happens to callers without such a check.
    void functions_nullArguments_areNamed() {
        KmemCache none = null;
        Mempool noPool = null;
        assertThatThrownBy(() -> Kernel.boot((MachineConfig) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("config");
        assertThatThrownBy(() -> k.kmem_cache_create(null, 8, 0, 0, null)).hasMessage("name");
        assertThatThrownBy(() -> k.kmem_cache_alloc(none, GFP_KERNEL)).hasMessage("cache");
        assertThatThrownBy(() -> k.mempool_create_slab_pool(1, none)).hasMessage("cache");
        assertThatThrownBy(() -> k.mempool_alloc(noPool, GFP_KERNEL)).hasMessage("pool");
        assertThatThrownBy(() -> k.mempool_create(1, null, (element, data) -> {}, k))
                .hasMessage("alloc");
        assertThatThrownBy(() -> k.kfree_bulk(1, null)).hasMessage("addresses");
    }
}
