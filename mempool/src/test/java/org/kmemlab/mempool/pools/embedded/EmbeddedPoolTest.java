package org.kmemlab.mempool.pools.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.mempool.pools.PoolFootprint;
import org.kmemlab.mempool.pools.PoolMachine;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.PoolStatistics;
import org.kmemlab.mempool.pools.RegionSource;
import org.kmemlab.mempool.pools.embedded.EmbeddedPool.DoubleFreeCheck;

/// The pool of the article on embedded systems, function by function, and what the article claims
/// of it. If it failed, firmware would lose blocks, or overwrite one with another.
class EmbeddedPoolTest {

    private final PoolMachine fixture = new PoolMachine();
    private final EmbeddedPool pool = newPool(PoolOptions.defaults("messages"));

    private EmbeddedPool newPool(PoolOptions options) {
        return new EmbeddedPool(fixture.cpu, fixture.source, options);
    }

    @AfterEach
    void close() {
        pool.validate();
        pool.close();
        fixture.close();
    }

    private EmbeddedPool initialised(int size, int count) {
        assertThat(EmbeddedPool.init(pool, size, count)).isEqualTo(InitCode.GOOD);
        return pool;
    }

    private static List<Long> allocAll(SizedPool pool) {
        List<Long> blocks = new ArrayList<>();
        for (long block = pool.alloc(); block != 0; block = pool.alloc()) {
            blocks.add(block);
        }
        return blocks;
    }

    @ParameterizedTest
    @CsvSource({"0, 4", "-8, 4", "32, 0", "32, -1", "2147483647, 1"})
    void init_badNumber_isInvalid(int size, int count) {
        assertThat(EmbeddedPool.init(pool, size, count)).isEqualTo(InitCode.INVALID);
        assertThat(EmbeddedPool.initAligned(pool, size, count, 64, fixture.source))
                .isEqualTo(InitCode.INVALID);

        assertThat(InitCode.INVALID.code()).isEqualTo(-1);
        assertThat(pool.isInitialised()).isFalse();
        assertThat(pool.alloc()).isZero();
    }

    @Test
    void init_noPoolOrTwice_isInvalid() {
        assertThat(EmbeddedPool.init(null, 32, 4)).isEqualTo(InitCode.INVALID);
        assertThat(EmbeddedPool.initAligned(null, 32, 4, 64, fixture.source))
                .isEqualTo(InitCode.INVALID);

        initialised(32, 4);

        assertThat(EmbeddedPool.init(pool, 32, 4)).isEqualTo(InitCode.INVALID);
    }

    @Test
    void init_moreThanTheMachineHas_isNoMemory() {
        assertThat(EmbeddedPool.init(pool, 1 << 20, 64)).isEqualTo(InitCode.NO_MEMORY);

        assertThat(InitCode.NO_MEMORY.code()).isEqualTo(-2);
        assertThat(fixture.pagesHeld()).isZero();
        assertThat(pool.isInitialised()).isFalse();
    }

    @Test
    void init_misalignedBuffer_isInvalidAndTakesNothing() {
        int pfn = fixture.pages.allocPages(fixture.cpu, GfpFlags.GFP_KERNEL, 0);
        RegionSource odd = RegionSource.ofBuffer(fixture.machine,
                fixture.memory().addressOf(pfn) + 4, 1024);
        EmbeddedPool misaligned = new EmbeddedPool(fixture.cpu, odd, PoolOptions.defaults("odd"));

        assertThat(EmbeddedPool.init(misaligned, 32, 4)).isEqualTo(InitCode.INVALID);

        assertThat(misaligned.alloc()).isZero();
        assertThat(odd.take(fixture.cpu, 1024)).as("nobody has it").isNotZero();
        fixture.pages.freePages(fixture.cpu, pfn, 0);
    }

    @Test
    void destroy_twice_isHarmlessAndInitMayFollow() {
        initialised(32, 4);
        long block = pool.alloc();

        pool.destroy();
        pool.destroy();

        assertThat(fixture.log())
                .containsExactly("pool 'messages': closed with 1 blocks in use");
        assertThat(fixture.pagesHeld()).isZero();
        assertThat(pool.free(block)).isFalse();
        assertThat(fixture.log()).last().asString().contains("is not initialised");
        assertThat(pool.owns(block)).isFalse();
        assertThat(pool.statistics().total()).isZero();
        assertThat(pool.footprint().heldBytes()).isZero();
        initialised(64, 2);
        assertThat(allocAll(pool)).hasSize(2);
        pool.destroy();
    }

    /// The article fills three of six.
    @Test
    void statistics_upDownUp_hasAllSixFigures() {
        initialised(32, 4);
        long first = pool.alloc();
        long second = pool.alloc();
        long third = pool.alloc();
        assertThat(pool.free(second)).isTrue();
        assertThat(pool.free(third)).isTrue();
        long again = pool.alloc();

        PoolStatistics six = pool.statistics();
        assertThat(six.total()).isEqualTo(4);
        assertThat(six.used()).isEqualTo(2);
        assertThat(six.free()).isEqualTo(2);
        assertThat(six.peak()).isEqualTo(3);
        assertThat(six.allocations()).isEqualTo(4);
        assertThat(six.frees()).isEqualTo(2);
        assertThat(pool.freeList()).isEqualTo(second);
        assertThat(pool.free(first)).isTrue();
        assertThat(pool.free(again)).isTrue();
    }

    /// The article's header lies in front of a block, but blocks begin a block size apart.
    @ParameterizedTest
    @ValueSource(ints = {0, 8})
    void write_fullBlockSize_doesNotTouchTheNeighbour(int redZoneBytes) {
        EmbeddedPool any = newPool(redZoneBytes == 0 ? PoolOptions.defaults("messages")
                : PoolOptions.defaults("messages").withRedZones());
        assertThat(EmbeddedPool.init(any, 20, 8)).isEqualTo(InitCode.GOOD);
        List<Long> blocks = allocAll(any);

        for (int i = 0; i < blocks.size(); i++) {
            fixture.memory().fill(blocks.get(i), 20, (byte) i);
        }

        for (int i = 0; i < blocks.size(); i++) {
            for (int at = 0; at < 20; at++) {
                assertThat(fixture.memory().getByte(blocks.get(i) + at)).isEqualTo((byte) i);
            }
            assertThat(any.free(blocks.get(i))).isTrue();
        }
        assertThat(any.isValid()).isTrue();
        any.close();
    }

    @ParameterizedTest
    @EnumSource
    void free_badBlock_isRefusedAndReported(DoubleFreeCheck check) {
        EmbeddedPool checked = new EmbeddedPool(fixture.cpu, fixture.source,
                PoolOptions.defaults("messages"), check);
        assertThat(EmbeddedPool.init(checked, 32, 4)).isEqualTo(InitCode.GOOD);
        initialised(32, 4);
        long block = checked.alloc();
        long foreign = pool.alloc();

        for (long bad : new long[] {foreign, block + 8, block + 1, block - 4096, 7}) {
            int before = fixture.log().size();
            assertThat(checked.free(bad)).as("0x%x", bad).isFalse();
            assertThat(fixture.log()).hasSize(before + 1).last().asString()
                    .contains("0x%x".formatted(bad));
            checked.validate();
        }
        assertThat(checked.free(0)).isFalse();
        assertThat(checked.free(block)).isTrue();
        assertThat(checked.free(block)).as("second free").isFalse();

        assertThat(fixture.log()).hasSize(6).last().asString().contains("0x%x".formatted(block));
        assertThat(checked.statistics().frees()).isOne();
        checked.validate();
        assertThat(pool.free(foreign)).isTrue();
        checked.close();
    }

    /// What the walk of pools without bits costs, and the bits do not.
    @Test
    void free_listWalk_takesAStepForEachFreeBlock() {
        EmbeddedPool walking = new EmbeddedPool(fixture.cpu, fixture.source,
                PoolOptions.defaults("walking"), DoubleFreeCheck.LIST_WALK);
        assertThat(EmbeddedPool.init(walking, 32, 1000)).isEqualTo(InitCode.GOOD);
        initialised(32, 1000);

        assertThat(walking.free(walking.alloc())).isTrue();
        assertThat(pool.free(pool.alloc())).isTrue();

        assertThat(walking.statistics().stepsMax()).isGreaterThan(999);
        assertThat(pool.statistics().stepsMax()).isLessThan(10);
        walking.close();
    }

    @Test
    void free_overrun_isReportedAtFree() {
        EmbeddedPool guarded = newPool(PoolOptions.defaults("guarded").withRedZones());
        assertThat(EmbeddedPool.init(guarded, 32, 4)).isEqualTo(InitCode.GOOD);
        long block = guarded.alloc();
        byte before = fixture.memory().getByte(block + 32);
        fixture.memory().putByte(block + 32, (byte) 1);

        assertThat(guarded.free(block)).isFalse();
        assertThat(guarded.isValid()).isFalse();

        assertThat(fixture.log()).first().asString().contains("0x%x".formatted(block + 32));
        fixture.memory().putByte(block + 32, before);
        assertThat(guarded.free(block)).isTrue();
        assertThat(guarded.isValid()).isTrue();
        guarded.close();
    }

    /// `validate_pool`: a free list that is one block shorter than the counter.
    @Test
    void isValid_listOneShort_isFalse() {
        initialised(32, 4);
        long head = pool.freeList();
        long second = fixture.memory().getLong(head);
        fixture.memory().putLong(head, fixture.memory().getLong(second));

        assertThat(pool.isValid()).isFalse();

        assertThat(fixture.log()).last().asString().contains("the list has 3 blocks, not 4");
        fixture.memory().putLong(head, second);
        assertThat(pool.isValid()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"8, 24", "16, 32", "64, 64", "256, 256", "4096, 4096"})
    void initAligned_powerOfTwo_alignsEveryBlock(int alignment, int rounded) {
        assertThat(EmbeddedPool.initAligned(pool, 20, 9, alignment, fixture.source))
                .isEqualTo(InitCode.GOOD);

        List<Long> blocks = allocAll(pool);

        assertThat(pool.blockBytes()).isEqualTo(rounded);
        assertThat(blocks).hasSize(9).allMatch(block -> block % alignment == 0);
        assertThat(blocks).allMatch(pool::free);
        assertThat(pool.free(blocks.getFirst())).isFalse();
    }

    @Test
    void footprint_alignedPool_countsTheListOfPointers() {
        assertThat(EmbeddedPool.initAligned(pool, 40, 300, 64, fixture.source))
                .isEqualTo(InitCode.GOOD);
        long block = pool.alloc();

        assertThat(pool.footprint())
                .isEqualTo(new PoolFootprint(24_576, 64, 300 * 8 + 40, 0));
        assertThat(pool.free(block)).isTrue();
    }

    /// The list of pointers lies elsewhere: blocks keep what was in them.
    @Test
    void initAligned_freeBlock_isNotWrittenTo() {
        assertThat(EmbeddedPool.initAligned(pool, 64, 4, 64, fixture.source))
                .isEqualTo(InitCode.GOOD);
        long block = pool.alloc();
        fixture.memory().fill(block, 64, (byte) 0x5a);

        assertThat(pool.free(block)).isTrue();

        for (int at = 0; at < 64; at++) {
            assertThat(fixture.memory().getByte(block + at)).isEqualTo((byte) 0x5a);
        }
        assertThat(pool.alloc()).isEqualTo(block);
        assertThat(pool.free(block)).isTrue();
    }

    @Test
    void initAligned_buffersThatAreTooSmall_sayWhichOne() {
        int pfn = fixture.pages.allocPages(fixture.cpu, GfpFlags.GFP_KERNEL, 0);
        long page = fixture.memory().addressOf(pfn);
        RegionSource tiny = RegionSource.ofBuffer(fixture.machine, page, 24);
        RegionSource odd = RegionSource.ofBuffer(fixture.machine, page + 8, 4000);

        assertThat(EmbeddedPool.initAligned(pool, 64, 4, 64, tiny))
                .isEqualTo(InitCode.NO_LIST_MEMORY);
        assertThat(InitCode.NO_LIST_MEMORY.code()).isEqualTo(-3);
        assertThat(fixture.pagesHeld()).as("rolled back").isOne();
        EmbeddedPool small = new EmbeddedPool(fixture.cpu, tiny, PoolOptions.defaults("small"));
        assertThat(EmbeddedPool.initAligned(small, 64, 4, 64, fixture.source))
                .isEqualTo(InitCode.NO_MEMORY);
        EmbeddedPool shifted = new EmbeddedPool(fixture.cpu, odd, PoolOptions.defaults("odd"));
        assertThat(EmbeddedPool.initAligned(shifted, 64, 4, 256, fixture.source))
                .isEqualTo(InitCode.GOOD);
        assertThat(allocAll(shifted)).containsExactly(page + 256, page + 512, page + 768,
                page + 1024);
        shifted.close();
        fixture.pages.freePages(fixture.cpu, pfn, 0);
    }

    @ParameterizedTest
    @CsvSource({"0, 64", "4096, 64", "-131391639519232, 0", "-131391639519232, 16777217"})
    void ofBuffer_notOfTheMachine_isRefused(long address, long bytes) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RegionSource.ofBuffer(fixture.machine, address, bytes))
                .withMessageContaining("a buffer of " + bytes + " bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 24, -64, 1 << 21})
    void initAligned_badAlignment_isInvalid(int alignment) {
        assertThat(EmbeddedPool.initAligned(pool, 64, 4, alignment, fixture.source))
                .isEqualTo(InitCode.INVALID);
    }

    /// The article claims: deterministic, O(1), no fragmentation, bounds checks.
    @Test
    void claims_ofTheArticle_hold() {
        initialised(32, 512);
        EmbeddedPool same = newPool(PoolOptions.defaults("same"));
        assertThat(EmbeddedPool.init(same, 32, 512)).isEqualTo(InitCode.GOOD);
        List<Long> blocks = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        List<Long> otherOffsets = new ArrayList<>();
        long base = pool.freeList();
        long otherBase = same.freeList();
        int stepsOfFirst = 0;

        for (int i = 0; i < 512; i++) {
            blocks.add(pool.alloc());
            offsets.add(blocks.getLast() - base);
            otherOffsets.add(same.alloc() - otherBase);
            stepsOfFirst = i == 0 ? pool.statistics().stepsMax() : stepsOfFirst;
        }

        assertThat(offsets).as("deterministic").isEqualTo(otherOffsets);
        assertThat(pool.statistics().stepsMax()).as("O(1)").isEqualTo(stepsOfFirst)
                .isEqualTo(3);
        for (int i = 0; i < 512; i += 2) {
            assertThat(pool.free(blocks.get(i))).isTrue();
        }
        assertThat(allocAll(pool)).as("no fragmentation: every free block serves").hasSize(256);
        assertThat(pool.free(base - 32)).as("bounds").isFalse();
        assertThat(pool.free(base + 512 * 32)).as("bounds").isFalse();
        same.close();
    }
}
