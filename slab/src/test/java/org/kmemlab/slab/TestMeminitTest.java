package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.PhysicalMemory;

/// The kernel's own test of what fresh memory contains (`test_meminit`): sizes from 8 to 4096 bytes
/// with every choice of constructor, RCU and zeroing. A case fails if memory that should be clean
/// is not. How many fail depends on the boot parameters; the numbers with debugging on are those
/// that a real kernel printed.
class TestMeminitTest {

    private static final int SIZES = 10;
    private static final int ROUNDS = 10;
    private static final int BULK = 100;
    private static final int BULK_ROUNDS = 64;
    private static final int CTOR_PATTERN = 0x41414141;
    private static final int CTOR_BYTES = 4;
    private static final byte GARBAGE = (byte) 0xff;

    private SlabFixture f;

    private boolean isClean(long address, int size) {
        MemorySegment bytes = f.machine.memory().slice(address, size);
        for (int i = 0; i < size; i++) {
            if (bytes.get(ValueLayout.JAVA_BYTE, i) != 0) {
                return false;
            }
        }
        return true;
    }

    private void fill(long address, int size, int skip) {
        f.machine.memory().fill(address + skip, size - skip, GARBAGE);
    }

    private boolean isRight(long object, int size, boolean ctor, boolean rcu, boolean zero) {
        PhysicalMemory memory = f.machine.memory();
        if (zero) {
            return isClean(object, size);
        }
        return ctor ? memory.getInt(object) == CTOR_PATTERN : rcu || isClean(object, size);
    }

    private KmemCache create(int size, int align, boolean ctor, boolean rcu) {
        KmemCacheArgs args = KmemCacheArgs.of("test_cache", size).withAlign(align)
                .withFlags(rcu ? SlabFlags.TYPESAFE_BY_RCU : SlabFlags.NONE);
        return f.slab.createCache(ctor
                ? args.withCtor((memory, address) -> memory.putInt(address, CTOR_PATTERN))
                : args);
    }

    private boolean kmemCacheSize(int size, boolean ctor, boolean rcu, boolean zero) {
        GfpFlags gfp = zero ? GFP_KERNEL.with(GfpFlags.ZERO) : GFP_KERNEL;
        boolean good = true;
        try (KmemCache cache = create(size, 1, ctor, rcu)) {
            for (int round = 0; round < ROUNDS; round++) {
                if (!rcu && !ctor) {
                    good &= bulk(cache, gfp, size, zero);
                }
                long object = cache.alloc(f.cpu, gfp);
                good &= isRight(object, size, ctor, rcu, zero);
                fill(object, size, ctor ? CTOR_BYTES : 0);
                byte[] copy = copyOf(object, size);
                cache.free(f.cpu, object);
                if (rcu) {
                    good &= isRight(object, size, ctor, true, false);
                    good &= MemorySegment.ofArray(copy)
                            .mismatch(f.machine.memory().slice(object, size)) < 0;
                }
            }
        }
        return good;
    }

    private boolean bulk(KmemCache cache, GfpFlags gfp, int size, boolean zero) {
        long[] objects = new long[BULK];
        int got = cache.allocBulk(f.cpu, gfp, objects, 0, BULK);
        boolean good = got == BULK;
        for (int i = 0; i < got; i++) {
            good &= isRight(objects[i], size, false, false, zero);
        }
        cache.freeBulk(f.cpu, objects, 0, got);
        return good;
    }

    private boolean kmemCacheSizeBulk(int size) {
        boolean good = true;
        long[] objects = new long[10];
        try (KmemCache cache = create(size, size, false, false)) {
            for (int round = 0; round < BULK_ROUNDS && good; round++) {
                int got = cache.allocBulk(f.cpu, GFP_KERNEL, objects, 0, objects.length);
                for (int i = 0; i < got; i++) {
                    good &= isClean(objects[i], size);
                    fill(objects[i], size, 0);
                }
                cache.freeBulk(f.cpu, objects, 0, got);
            }
        }
        return good;
    }

    private byte[] copyOf(long address, int size) {
        return f.machine.memory().slice(address, size).toArray(ValueLayout.JAVA_BYTE);
    }

    private boolean pagesOfOrder(int order) {
        int size = PhysicalMemory.PAGE_SIZE << order;
        int first = f.pages.allocPages(f.cpu, GFP_KERNEL, order);
        fill(f.machine.memory().addressOf(first), size, 0);
        f.pages.freePages(f.cpu, first, order);
        int second = f.pages.allocPages(f.cpu, GFP_KERNEL, order);
        long address = f.machine.memory().addressOf(second);
        boolean good = isClean(address, size);
        fill(address, size, 0);
        f.pages.freePages(f.cpu, second, order);
        return good && first == second;
    }

    private boolean kmallocSize(int size) {
        long first = f.slab.kmalloc().kmalloc(f.cpu, size, GFP_KERNEL);
        fill(first, size, 0);
        f.slab.kmalloc().kfree(f.cpu, first);
        long second = f.slab.kmalloc().kmalloc(f.cpu, size, GFP_KERNEL);
        boolean good = isClean(second, size);
        fill(second, size, 0);
        f.slab.kmalloc().kfree(f.cpu, second);
        return good;
    }

    private boolean rcuPersistent(int size) {
        try (KmemCache cache = create(size, size, false, true)) {
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            fill(object, size, 0);
            byte[] content = copyOf(object, size);
            cache.free(f.cpu, object);
            long[] used = new long[100];
            boolean kept = false;
            int count = 0;
            while (count < used.length && !kept) {
                used[count] = cache.alloc(f.cpu, GFP_KERNEL);
                kept = used[count] == object && MemorySegment.ofArray(content)
                        .mismatch(f.machine.memory().slice(object, size)) < 0;
                count++;
            }
            cache.freeBulk(f.cpu, used, 0, count);
            return kept;
        }
    }

    private static SlabFixture unmerged(String build, String boot) {
        return SlabFixture.of(SlabFixture.config(KernelProfile.of(build).booted("slab_nomerge")
                .booted(boot)));
    }

    /// If it fails, fresh objects hold what they must not, or lose what they must keep.
    @ParameterizedTest
    @CsvSource({"c61, slub_debug=FZPU init_on_alloc=1, 20", "c61, init_on_alloc=1, 0",
        "c61, init_on_free=1, 0", "c61, init_on_alloc=1 init_on_free=1, 0", "c61, '', 20",
        "c61-SLAB, init_on_alloc=1, 0", "c61-SLAB, init_on_free=1, 0"})
    void test_kmemcache(String build, String boot, int failures) {
        int failed = 0;
        int tests = 0;
        try (SlabFixture fixture = unmerged(build, boot)) {
            f = fixture;
            for (int i = 0; i < SIZES; i++) {
                int size = 8 << i;
                for (int flags = 0; flags < 8; flags++) {
                    boolean ctor = (flags & 1) != 0;
                    boolean zero = (flags & 4) != 0;
                    if (!ctor || !zero) {
                        tests++;
                        failed += kmemCacheSize(size, ctor, (flags & 2) != 0, zero) ? 0 : 1;
                    }
                }
                tests++;
                failed += kmemCacheSizeBulk(size) ? 0 : 1;
            }
        }
        assertThat(tests).isEqualTo(70);
        assertThat(failed).isEqualTo(failures);
    }

    /// If it fails, fresh pages hold what they must not.
    @ParameterizedTest
    @CsvSource({"slub_debug=FZPU init_on_alloc=1, 0", "init_on_alloc=1, 0", "init_on_free=1, 0",
        "'', 11"})
    void test_pages(String boot, int failures) {
        int failed = 0;
        try (SlabFixture fixture = SlabFixture.booted(boot)) {
            f = fixture;
            for (int order = 0; order <= KernelProfile.MAX_PAGE_ORDER; order++) {
                failed += pagesOfOrder(order) ? 0 : 1;
            }
        }
        assertThat(failed).isEqualTo(failures);
    }

    /// If it fails, fresh memory of `kmalloc` holds what it must not. The half of the kernel's
    /// cases that is about `vmalloc` is left out: there is none here, and none of them failed.
    @ParameterizedTest
    @CsvSource({"slub_debug=FZPU init_on_alloc=1, 14", "init_on_alloc=1, 0",
        "init_on_free=1, 0", "'', 20"})
    void test_kvmalloc(String boot, int failures) {
        int failed = 0;
        try (SlabFixture fixture = SlabFixture.booted(boot)) {
            f = fixture;
            for (int i = 0; i < 20; i++) {
                failed += kmallocSize(1 << i) ? 0 : 1;
            }
        }
        assertThat(failed).isEqualTo(failures);
    }

    /// If it fails, a reader under RCU sees an object that was wiped under its eyes.
    @ParameterizedTest
    @CsvSource({"c61, slub_debug=FZPU init_on_alloc=1", "c61, init_on_free=1",
        "c61-SLAB, init_on_free=1"})
    void test_rcu_persistent(String build, String boot) {
        try (SlabFixture fixture = unmerged(build, boot)) {
            f = fixture;
            for (int i = 0; i < SIZES; i++) {
                assertThat(rcuPersistent(8 << i)).as("size %s", 8 << i).isTrue();
            }
        }
    }
}
