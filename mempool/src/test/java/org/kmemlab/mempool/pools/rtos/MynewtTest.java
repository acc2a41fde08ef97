package org.kmemlab.mempool.pools.rtos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.mempool.pools.rtos.OsError.OS_EBUSY;
import static org.kmemlab.mempool.pools.rtos.OsError.OS_INVALID_PARM;
import static org.kmemlab.mempool.pools.rtos.OsError.OS_MEM_NOT_ALIGNED;
import static org.kmemlab.mempool.pools.rtos.OsError.OS_OK;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.mempool.pools.PoolLocks;
import org.kmemlab.mempool.pools.PoolMachine;

/// Mynewt's `os_mempool`, function by function, with arguments good and bad. If it failed, C code
/// that is ported line by line would behave otherwise than on Mynewt.
class MynewtTest {

    private static final int ORDER = 7;
    private static final int SIZE = 30;
    private static final int BLOCKS = 4;

    private final PoolMachine fixture = new PoolMachine();
    private final int pfn = fixture.pages.allocPages(fixture.cpu, GfpFlags.GFP_KERNEL, ORDER);
    private final long membuf = fixture.memory().addressOf(pfn);
    private final Mynewt os = new Mynewt(fixture.machine);
    private final OsMempool mp = new OsMempool();

    @AfterEach
    void close() {
        mp.validate();
        assertThat(os.os_mempool_is_sane(mp)).isTrue();
        fixture.pages.freePages(fixture.cpu, pfn, ORDER);
        fixture.close();
    }

    private OsMempool initialised() {
        assertThat(os.os_mempool_init(mp, BLOCKS, SIZE, membuf, "frames")).isEqualTo(OS_OK);
        return mp;
    }

    private OsMempoolExt extended() {
        OsMempoolExt ext = new OsMempoolExt();
        assertThat(os.os_mempool_ext_init(ext, 2, 16, membuf, "ext")).isEqualTo(OS_OK);
        return ext;
    }

    private List<Long> getAll(OsMempool pool) {
        List<Long> blocks = new ArrayList<>();
        for (long block = os.os_memblock_get(pool); block != 0; block = os.os_memblock_get(pool)) {
            blocks.add(block);
        }
        return blocks;
    }

    @ParameterizedTest
    @CsvSource({"4, 1, 1, 1, 4", "4, 10, 30, 80, 320", "8, 10, 30, 40, 320", "4, 3, 32, 24, 96",
        "16, 3, 17, 6, 96", "4, 65535, 2147483647, 35183835217920, 140735340871680"})
    void sizeMacros_anyAlignment_roundBlocksUp(int alignment, int n, int size, long words,
            long bytes) {
        Mynewt aligned = new Mynewt(fixture.machine, alignment, PoolLocks.none());

        assertThat(aligned.OS_MEMPOOL_SIZE(n, size)).isEqualTo(words);
        assertThat(aligned.OS_MEMPOOL_BYTES(n, size)).isEqualTo(bytes);
    }

    @Test
    void init_goodArguments_fillsTheStructure() {
        initialised();

        assertThat(mp.blockSize()).isEqualTo(SIZE);
        assertThat(mp.numBlocks()).isEqualTo(BLOCKS);
        assertThat(mp.numFree()).isEqualTo(BLOCKS);
        assertThat(mp.minFree()).isEqualTo(BLOCKS);
        assertThat(mp.flags()).isZero();
        assertThat(mp.membufAddress()).isEqualTo(membuf);
        assertThat(mp.name()).isEqualTo("frames");
        assertThat(mp).hasToString("os_mempool 'frames' (4 of 4 blocks of 30 bytes free)");
    }

    /// The pool uses just the caller's buffer, from its first block on.
    @Test
    void get_wholePool_givesBlocksOfTheBufferInOrder() {
        initialised();
        long end = membuf + os.OS_MEMPOOL_BYTES(BLOCKS, SIZE);
        fixture.memory().fill(end, 64, (byte) 0x5a);

        List<Long> blocks = getAll(mp);
        blocks.forEach(block -> fixture.memory().fill(block, SIZE, (byte) 0xff));

        assertThat(blocks).containsExactly(membuf, membuf + 32, membuf + 64, membuf + 96);
        assertThat(mp.numFree()).isZero();
        assertThat(mp.minFree()).isZero();
        for (int i = 0; i < 64; i++) {
            assertThat(fixture.memory().getByte(end + i)).isEqualTo((byte) 0x5a);
        }
        assertThat(blocks).allMatch(block -> os.os_memblock_put(mp, block) == OS_OK);
    }

    @ParameterizedTest
    @CsvSource({"65536, 8", "-1, 8", "4, 0", "4, -1"})
    void init_badNumber_isInvalid(int blocks, int size) {
        assertThat(os.os_mempool_init(mp, blocks, size, membuf, "bad"))
                .isEqualTo(OS_INVALID_PARM);

        assertThat(os.os_mempool_info_get_next(null, new OsMempoolInfo())).isNull();
        assertThat(os.os_memblock_get(mp)).isZero();
    }

    @Test
    void init_badStructureOrBuffer_isRefused() {
        assertThat(os.os_mempool_init(null, BLOCKS, SIZE, membuf, "none"))
                .isEqualTo(OS_INVALID_PARM);
        assertThat(os.os_mempool_ext_init(null, BLOCKS, SIZE, membuf, "none"))
                .isEqualTo(OS_INVALID_PARM);
        assertThat(os.os_mempool_init(mp, BLOCKS, SIZE, 0, "none")).isEqualTo(OS_INVALID_PARM);
        assertThat(os.os_mempool_init(mp, BLOCKS, SIZE, 4096, "outside"))
                .isEqualTo(OS_INVALID_PARM);
        assertThat(os.os_mempool_init(mp, 1, Integer.MAX_VALUE, membuf, "too long"))
                .isEqualTo(OS_INVALID_PARM);
        assertThat(os.os_mempool_init(new OsMempoolExt().mempool(), BLOCKS, SIZE, membuf, "part"))
                .isEqualTo(OS_INVALID_PARM);
        assertThat(os.os_mempool_init(initialised(), BLOCKS, SIZE, membuf, "twice"))
                .isEqualTo(OS_INVALID_PARM);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void init_misalignedBuffer_saysSo(int offset) {
        assertThat(os.os_mempool_init(mp, BLOCKS, SIZE, membuf + offset, "odd"))
                .isEqualTo(OS_MEM_NOT_ALIGNED);
        assertThat(OS_MEM_NOT_ALIGNED.code()).isEqualTo(4);
    }

    /// Mynewt allows a pool of nothing, for builds in which somebody wants none.
    @Test
    void init_noBlocksAndNoBuffer_isAPoolThatIsEmpty() {
        assertThat(os.os_mempool_init(mp, 0, SIZE, 0, "none")).isEqualTo(OS_OK);

        assertThat(os.os_memblock_get(mp)).isZero();
        assertThat(os.os_memblock_from(mp, membuf)).isZero();
        assertThat(os.os_memblock_put(mp, membuf)).isEqualTo(OS_INVALID_PARM);
        assertThat(os.os_mempool_clear(mp)).isEqualTo(OS_OK);
    }

    /// A pointer of 4 bytes must fit into a free block.
    @Test
    void init_blocksBelowALink_areRoundedUp() {
        assertThat(os.os_mempool_init(mp, 3, 1, membuf, "bytes")).isEqualTo(OS_OK);

        assertThat(mp.blockSize()).isOne();
        assertThat(getAll(mp)).containsExactly(membuf, membuf + 4, membuf + 8);
    }

    @Test
    void init_mostBlocks_countsIn16Bits() {
        assertThat(os.os_mempool_init(mp, 65_535, 4, membuf, "many")).isEqualTo(OS_OK);

        assertThat(mp.numFree()).isEqualTo(OsMempool.BLOCKS_MAX);
        assertThat(getAll(mp)).hasSize(65_535).doesNotHaveDuplicates();
    }

    @Test
    void put_lowWaterMark_staysWhereItWas() {
        initialised();
        long first = os.os_memblock_get(mp);
        long second = os.os_memblock_get(mp);

        assertThat(os.os_memblock_put(mp, first)).isEqualTo(OS_OK);
        assertThat(os.os_memblock_put(mp, second)).isEqualTo(OS_OK);

        assertThat(mp.numFree()).isEqualTo(4);
        assertThat(mp.minFree()).isEqualTo(2);
        assertThat(os.os_memblock_get(mp)).as("last in, first out").isEqualTo(second);
    }

    @Test
    void put_badBlock_isInvalidAndChangesNothing() {
        initialised();
        long block = os.os_memblock_get(mp);
        OsMempool other = new OsMempool();
        assertThat(os.os_mempool_init(other, 2, SIZE, membuf + 4096, "other")).isEqualTo(OS_OK);
        long foreign = os.os_memblock_get(other);

        for (long bad : new long[] {0, foreign, block + 4, block + 1, membuf + 128, 12_345, -1}) {
            assertThat(os.os_memblock_put(mp, bad)).as("block 0x%x", bad)
                    .isEqualTo(OS_INVALID_PARM);
            mp.validate();
        }
        assertThat(os.os_memblock_put(null, block)).isEqualTo(OS_INVALID_PARM);
        assertThat(os.os_memblock_put(mp, block)).isEqualTo(OS_OK);
        assertThat(os.os_memblock_put(mp, block)).as("twice").isEqualTo(OS_INVALID_PARM);

        assertThat(mp.numFree()).isEqualTo(BLOCKS);
        other.validate();
    }

    @Test
    void from_anyAddress_isOneAtTheStartOfABlock() {
        initialised();
        long block = os.os_memblock_get(mp);

        assertThat(os.os_memblock_from(mp, block)).isOne();
        assertThat(os.os_memblock_from(mp, block + 32)).as("a free one").isOne();
        assertThat(os.os_memblock_from(mp, block + 4)).as("interior").isZero();
        assertThat(os.os_memblock_from(mp, membuf - 32)).isZero();
        assertThat(os.os_memblock_from(mp, membuf + 128)).isZero();
        assertThat(os.os_memblock_from(mp, 0)).isZero();
        assertThat(os.os_memblock_from(null, block)).isZero();
    }

    @Test
    void extended_put_callsBackAndDoesNotFree() {
        OsMempoolExt ext = extended();
        List<Long> kept = new ArrayList<>();
        ext.onPut((pool, block, argument) -> {
            assertThat(pool).isSameAs(ext);
            assertThat(argument).isEqualTo("argument");
            kept.add(block);
            return kept.size() > 1 ? OS_EBUSY : OS_OK;
        }, "argument");
        long block = os.os_memblock_get(ext.mempool());

        assertThat(ext.mempool().flags()).isEqualTo(OsMempool.OS_MEMPOOL_F_EXT);
        assertThat(ext.mempool().extended()).isSameAs(ext);
        assertThat(os.os_memblock_put(ext.mempool(), block)).isEqualTo(OS_OK);
        assertThat(ext.mempool().numFree()).as("the callback kept it").isOne();
        assertThat(os.os_memblock_put(ext.mempool(), block)).isEqualTo(OS_EBUSY);
        assertThat(os.os_memblock_put(ext.mempool(), block + 4)).isEqualTo(OS_INVALID_PARM);
        assertThat(kept).containsExactly(block, block);

        assertThat(os.os_memblock_put_from_cb(ext.mempool(), block)).isEqualTo(OS_OK);
        assertThat(ext.mempool().numFree()).isEqualTo(2);
        assertThat(os.os_memblock_put(ext.mempool(), block)).as("free: no callback")
                .isEqualTo(OS_INVALID_PARM);
        assertThat(os.os_memblock_put_from_cb(ext.mempool(), block)).isEqualTo(OS_INVALID_PARM);
        assertThat(os.os_memblock_put_from_cb(null, block)).isEqualTo(OS_INVALID_PARM);
        ext.mempool().validate();
    }

    /// A callback that frees the block itself must not be called again for that.
    @Test
    void extended_putFromCallback_doesNotRecur() {
        OsMempoolExt ext = extended();
        int[] calls = {0};
        ext.onPut((pool, block, argument) -> {
            calls[0]++;
            return os.os_memblock_put_from_cb(pool.mempool(), block);
        }, null);

        assertThat(os.os_memblock_put(ext.mempool(), os.os_memblock_get(ext.mempool())))
                .isEqualTo(OS_OK);

        assertThat(calls[0]).isOne();
        assertThat(ext.mempool().numFree()).isEqualTo(2);
        ext.mempool().validate();
    }

    @Test
    void extended_withoutCallback_isAPlainPool() {
        OsMempoolExt ext = extended();

        assertThat(os.os_memblock_put(ext.mempool(), os.os_memblock_get(ext.mempool())))
                .isEqualTo(OS_OK);

        assertThat(ext.mempool().numFree()).isEqualTo(2);
        assertThatThrownBy(() -> initialised().extended())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("pool 'frames' is not extended: flags 0");
    }

    @Test
    void isSane_linkOverwritten_isFalseAndGetRefuses() {
        initialised();
        int link = fixture.memory().getInt(membuf);
        fixture.memory().putInt(membuf, link + 1);

        assertThat(os.os_mempool_is_sane(mp)).isFalse();
        assertThat(fixture.log()).last().asString().contains("which is no free block");
        assertThatThrownBy(() -> os.os_memblock_get(mp)).isInstanceOf(IllegalStateException.class);
        assertThat(mp.numFree()).isEqualTo(BLOCKS);

        fixture.memory().putInt(membuf, link);
    }

    @Test
    void clear_blocksInUse_areFreeAgain() {
        initialised();
        getAll(mp);

        assertThat(os.os_mempool_clear(mp)).isEqualTo(OS_OK);

        assertThat(mp.numFree()).isEqualTo(BLOCKS);
        assertThat(mp.minFree()).isEqualTo(BLOCKS);
        assertThat(getAll(mp)).containsExactly(membuf, membuf + 32, membuf + 64, membuf + 96);
        assertThat(os.os_mempool_clear(null)).isEqualTo(OS_INVALID_PARM);
    }

    @Test
    void registry_threePools_areListedInOrder() {
        initialised();
        OsMempool second = new OsMempool();
        OsMempoolExt third = new OsMempoolExt();
        String longName = "a name that is longer than a record of 32 characters";
        assertThat(os.os_mempool_init(second, 2, 8, membuf + 4096, longName)).isEqualTo(OS_OK);
        assertThat(os.os_mempool_ext_init(third, 1, 8, membuf + 8192, "ext")).isEqualTo(OS_OK);
        long block = os.os_memblock_get(second);
        assertThat(os.os_memblock_put(second, block)).isEqualTo(OS_OK);

        OsMempoolInfo info = new OsMempoolInfo();
        List<String> infos = new ArrayList<>();
        for (OsMempool at = os.os_mempool_info_get_next(null, info); at != null; at =
                os.os_mempool_info_get_next(at, info)) {
            infos.add(info.toString());
        }

        assertThat(infos).containsExactly(
                "frames: 4 blocks of 30 bytes, 4 free, never fewer than 4",
                "a name that is longer than a re: 2 blocks of 8 bytes, 2 free, never fewer than 1",
                "ext: 1 blocks of 8 bytes, 1 free, never fewer than 1");
        assertThat(os.os_mempool_get("ext", info)).isSameAs(third.mempool());
        assertThat(info.blockSize()).isEqualTo(8);
        assertThat(info.numBlocks()).isOne();
        assertThat(info.numFree()).isOne();
        assertThat(info.minFree()).isOne();
        assertThat(Objects.requireNonNull(os.os_mempool_get(longName, null)).name())
                .isEqualTo(longName);
        assertThat(os.os_mempool_get("nobody", info)).isNull();
    }

    @Test
    void unregister_secondCall_isInvalid() {
        initialised();
        long block = os.os_memblock_get(mp);

        assertThat(os.os_mempool_unregister(mp)).isEqualTo(OS_OK);
        assertThat(os.os_mempool_unregister(mp)).isEqualTo(OS_INVALID_PARM);
        assertThat(os.os_mempool_unregister(null)).isEqualTo(OS_INVALID_PARM);

        assertThat(os.os_mempool_info_get_next(null, new OsMempoolInfo())).isNull();
        assertThat(os.os_mempool_info_get_next(mp, new OsMempoolInfo())).isNull();
        assertThat(os.os_memblock_put(mp, block)).as("still usable").isEqualTo(OS_OK);
        assertThat(os.os_mempool_init(mp, 1, 8, membuf, "again")).isEqualTo(OS_OK);
    }

    /// Pools of one system are not those of another: there is no global list.
    @Test
    void registry_twoSystems_knowTheirOwnPools() {
        initialised();

        assertThat(new Mynewt(fixture.machine).os_mempool_unregister(mp))
                .isEqualTo(OS_INVALID_PARM);
    }

    @Test
    void system_badAlignment_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Mynewt(fixture.machine, 12, PoolLocks.none()))
                .withMessage("OS_ALIGNMENT 12: expected 4, 8 or 16");
    }
}
