package org.kmemlab.mempool.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.DOUBLE_FREE;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.FOREIGN_ADDRESS;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.INTERIOR_POINTER;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;
import java.util.function.LongUnaryOperator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.mempool.pools.PoolMisuseException.Misuse;
import org.kmemlab.slab.Kmalloc;
import org.kmemlab.slab.SlabAllocator;

/// A program would notice that its `malloc` was replaced by pools.
class PooledAllocatorTest {

    private static final PoolOptions PLAIN = PoolOptions.defaults("malloc");
    private static final int OPERATIONS = 5_000;

    private final PoolMachine fixture = new PoolMachine();
    private final PooledAllocator malloc = new PooledAllocator(fixture.source, PLAIN);

    @AfterEach
    void nothingIsLeft() {
        malloc.validate();
        malloc.close();
        fixture.close();
    }

    private long take(long bytes) {
        return malloc.malloc(fixture.cpu, bytes);
    }

    private void free(long block) {
        malloc.free(fixture.cpu, block);
    }

    private void refused(long block, Misuse misuse) {
        assertThatThrownBy(() -> free(block)).isInstanceOfSatisfying(PoolMisuseException.class,
                refusal -> assertThat(refusal.misuse()).isEqualTo(misuse));
        assertThatThrownBy(() -> malloc.usableSize(block)).isInstanceOf(PoolMisuseException.class);
        assertThatThrownBy(() -> malloc.realloc(fixture.cpu, block, 100))
                .isInstanceOf(PoolMisuseException.class);
        malloc.validate();
    }

    /// The sizes would leave gaps, or waste more than they may.
    @Test
    void sizeClasses_everySize_fitsTightly() {
        assertThat(SizeClasses.count()).isEqualTo(20);
        for (int bytes = 1; bytes <= SizeClasses.LARGEST; bytes++) {
            int sizeClass = SizeClasses.classOf(bytes);
            int size = SizeClasses.bytesOf(sizeClass);
            assertThat(size).as("%d bytes", bytes).isBetween(bytes,
                    bytes + Math.max(15, bytes / 4));
            assertThat(sizeClass == 0 ? 0 : SizeClasses.bytesOf(sizeClass - 1)).isLessThan(bytes);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 16", "1, 16", "16, 16", "17, 32", "129, 160", "1000, 1024", "1024, 1024",
        "1025, 4096", "4097, 8192", "100000, 102400"})
    void malloc_usableSize_isWhatWasAskedForRoundedUp(long asked, long usable) {
        long block = take(asked);

        assertThat(malloc.usableSize(block)).isEqualTo(usable);
        fixture.memory().fill(block, usable, (byte) 1);
        malloc.validate();
        free(block);
    }

    /// The same program, with the pools and with the kernel's kmalloc, would compute different
    /// things.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomProgram_withAndWithoutPool_hasTheSameContents(long seed) {
        SlabAllocator slab = new SlabAllocator(fixture.pages);
        Kmalloc kmalloc = slab.kmalloc();

        List<Long> pooled = run(seed, this::take, this::free,
                (block, bytes) -> malloc.realloc(fixture.cpu, block, bytes));
        List<Long> direct = run(seed, bytes -> kmalloc.kmalloc(fixture.cpu, bytes, GFP_KERNEL),
                block -> kmalloc.kfree(fixture.cpu, block),
                (block, bytes) -> kmalloc.krealloc(fixture.cpu, block, bytes, GFP_KERNEL));

        assertThat(pooled).as("seed %d", seed).isEqualTo(direct).hasSizeGreaterThan(OPERATIONS / 4);
        malloc.validate();
        slab.validate();
        fixture.rebase();
        malloc.close();
        fixture.rebase();
    }

    /// @return a sum over the contents of each block that was freed
    private List<Long> run(long seed, LongUnaryOperator alloc, LongConsumer free,
            BiFunction<Long, Long, Long> realloc) {
        SplittableRandom random = new SplittableRandom(seed);
        List<long[]> blocks = new ArrayList<>();
        List<Long> sums = new ArrayList<>();
        for (int i = 0; i < OPERATIONS; i++) {
            int choice = random.nextInt(10);
            long bytes = random.nextInt(10) == 0 ? random.nextLong(1, 20_000)
                    : random.nextLong(1, 500);
            int index = blocks.isEmpty() ? 0 : random.nextInt(blocks.size());
            if (choice < 5 || blocks.isEmpty()) {
                blocks.add(filled(alloc.applyAsLong(bytes), 0, bytes, random.nextInt()));
            } else if (choice < 7) {
                long[] block = blocks.get(index);
                long moved = realloc.apply(block[0], bytes);
                blocks.set(index, filled(moved, Math.min(block[1], bytes), bytes, i));
            } else {
                long[] block = blocks.remove(index);
                sums.add(sum(block));
                free.accept(block[0]);
            }
        }
        for (long[] block : blocks) {
            sums.add(sum(block));
            free.accept(block[0]);
        }
        return sums;
    }

    private long[] filled(long address, long from, long bytes, int value) {
        assertThat(address).isNotZero();
        fixture.memory().fill(address + from, bytes - from, (byte) value);
        return new long[] {address, bytes};
    }

    private long sum(long[] block) {
        long sum = block[1];
        for (long i = 0; i < block[1]; i++) {
            sum = sum * 31 + fixture.memory().getByte(block[0] + i);
        }
        return sum;
    }

    @Test
    void realloc_keepsContentsAndMovesOnlyWhenItMust() {
        long block = take(100);
        fixture.memory().fill(block, 100, (byte) 5);
        assertThat(malloc.realloc(fixture.cpu, block, 112)).isEqualTo(block);

        long large = malloc.realloc(fixture.cpu, block, 5000);
        assertThat(large).isNotEqualTo(block);
        assertThat(fixture.memory().getByte(large + 99)).isEqualTo((byte) 5);
        long small = malloc.realloc(fixture.cpu, large, 10);
        assertThat(fixture.memory().getByte(small + 9)).isEqualTo((byte) 5);
        assertThat(malloc.statistics().used()).isEqualTo(1);
        assertThat(malloc.realloc(fixture.cpu, small, 0)).isZero();
        assertThat(malloc.statistics().used()).isZero();
        long fresh = malloc.realloc(fixture.cpu, 0, 10);
        assertThat(malloc.realloc(fixture.cpu, fresh, 1L << 40)).as("no memory").isZero();
        assertThat(malloc.usableSize(fresh)).as("as before").isEqualTo(16);
        free(fresh);
    }

    @Test
    void calloc_clearsAndRefusesOverflow() {
        long block = take(64);
        fixture.memory().fill(block, 64, (byte) 5);
        free(block);

        assertThat(malloc.calloc(fixture.cpu, 8, 8)).isEqualTo(block);
        assertThat(fixture.memory().getLong(block)).isZero();
        assertThat(fixture.memory().getLong(block + 56)).isZero();
        assertThat(malloc.calloc(fixture.cpu, 1L << 33, 1L << 31)).isZero();
        assertThat(malloc.calloc(fixture.cpu, 1L << 32, 1L << 31)).isZero();
        assertThatThrownBy(() -> malloc.calloc(fixture.cpu, -1, 8))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> take(-1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
        free(block);
    }

    @Test
    void free_badPointers_areRefusedByName() {
        long small = take(100);
        long large = take(5000);

        free(0);
        refused(small + 8, INTERIOR_POINTER);
        refused(large + 8, INTERIOR_POINTER);
        refused(fixture.memory().addressOf(300), FOREIGN_ADDRESS);
        refused(-8, FOREIGN_ADDRESS);
        free(small);
        refused(small, DOUBLE_FREE);
        free(large);
        refused(large, FOREIGN_ADDRESS);
    }

    @Test
    void close_blocksInUse_areNamedAndTwiceIsHarmless() {
        PooledAllocator watched = new PooledAllocator(fixture.source, PLAIN.withSites());
        assertThat(watched.malloc(fixture.cpu, 50)).isNotZero();
        assertThat(watched.malloc(fixture.cpu, 5000)).isNotZero();
        assertThat(watched.footprint().heldBytes()).isEqualTo(3 * 4096);

        watched.close();
        watched.close();

        assertThat(fixture.log()).filteredOn(line -> line.contains("allocated by")).hasSize(2)
                .allMatch(line -> line.contains("close_blocksInUse_areNamed"));
        assertThatThrownBy(() -> watched.malloc(fixture.cpu, 1))
                .isInstanceOf(IllegalStateException.class).hasMessage("pool 'malloc' is closed");
        assertThatThrownBy(() -> watched.free(fixture.cpu, 16))
                .isInstanceOf(IllegalStateException.class);
        watched.validate();
    }
}
