package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeometryCommandTest {

    /// The drawing would show other offsets than the kernel uses.
    @Test
    void geometry_constructor_drawsTheMovedFreePointer() {
        CliRun run = CliRun.of("geometry", "--size", "64", "--ctor");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.out()).isEqualTo("""
                object of 64 bytes, align 0 -> 8, flags none, with a constructor
                on linux-6.1, 1 CPU

                one slot, 72 bytes

                  |%sFFFFFFFF|

                  offset   bytes
                       0      64  O  object
                      64       8  F  free pointer
                      72             next slot

                a slab of order 0: 1 page, 4096 bytes

                  offset
                       0  object 0
                      72  object 1
                     144  object 2
                     ...
                    3960  object 55
                    4032  64 bytes left over
                    4096  end

                waste                  bytes  percent
                  in each slot             8   11.11 %%
                  behind the last slot    64    1.56 %%
                  in the whole slab      512   12.50 %%

                order             0  log2 of the pages of a slab
                objects          56  in a slab
                min order         0  when memory is short, with 56 objects
                min_partial       5  slabs that a node keeps though they are empty
                cpu_partial     120  objects that a CPU keeps aside, counted as 5 half-full slabs
                flags        0x40000000  __CMPXCHG_DOUBLE

                neighbours
                  size       56  slots of 64 bytes, 64 objects in a slab of order 0
                  size       64  slots of 72 bytes, 56 objects: the same from 57 to 64
                  size       65  slots of 80 bytes, 51 objects in a slab of order 0
                  order       0  56 objects, 512 of 4096 bytes wasted, 12.50 %%: chosen
                  order       1  113 objects, 960 of 8192 bytes wasted, 11.72 %%

                A constructed object keeps its state while it is free, so the free pointer cannot \
                lie in it and moves behind it.
                  Without the constructor: slots of 64 instead of 72 bytes, 64 objects in a slab of \
                order 0 instead of 56 in one of order 0.
                """.formatted("O".repeat(64)));
    }

    /// The parts of a slot with all debug data would be drawn in the wrong place.
    @Test
    void geometry_allDebugFlags_drawsEveryPart() {
        CliRun run = CliRun.of("geometry", "--size", "64", "--boot", "slub_debug=FZPU");

        assertThat(run.outLines()).contains("one slot, 160 bytes",
                "       0       8  R  left red zone", "       8      64  O  object",
                "      72       8  r  right red zone", "      80       8  F  free pointer",
                "      88      32  A  who allocated it", "     120      32  T  who freed it",
                "     152       8  -  padding", "     160             next slot",
                "cpu_partial       0  a CPU keeps no partial slabs aside",
                "slub_debug adds SLAB_CONSISTENCY_CHECKS|SLAB_RED_ZONE|SLAB_POISON"
                        + "|SLAB_STORE_USER.");
    }

    /// The number of CPUs, and so the size of slabs, would not be what was asked for.
    @ParameterizedTest
    @CsvSource({"1, 0, 8", "2, 1, 16", "8, 2, 32"})
    void geometry_cpus_changeTheOrder(String cpus, int order, int objects) {
        CliRun run = CliRun.of("geometry", "--size", "512", "--cpus", cpus);

        assertThat(run.outLines()).contains(
                "order             " + order + "  log2 of the pages of a slab",
                String.format("objects          %2d  in a slab", objects));
    }

    /// A wish would be listed without what it costs.
    @Test
    void geometry_flagsWithAndWithoutPrefix_areExplained() {
        CliRun run = CliRun.of("geometry", "--size", "100", "--flags",
                "HWCACHE_ALIGN,SLAB_POISON|0x80000");

        assertThat(run.outLines().getFirst()).isEqualTo("object of 100 bytes, align 0 -> 64, flags "
                + "SLAB_POISON|SLAB_HWCACHE_ALIGN|SLAB_TYPESAFE_BY_RCU");
        assertThat(run.out()).contains("Without SLAB_TYPESAFE_BY_RCU: the same slots of 128 bytes",
                "Without SLAB_POISON:", "Without SLAB_HWCACHE_ALIGN: slots of 112 instead of 128");
    }

    /// A creator who gives up a word for the free pointer would not see what that saves.
    @Test
    void geometry_freeptrOffset_saysWhatItSaves() {
        CliRun run = CliRun.of("geometry", "--kernel", "linux-6.18", "--size", "192", "--flags",
                "0x210", "--freeptr-offset", "16");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.outLines().getFirst()).isEqualTo("object of 192 bytes, align 0 -> 64, flags "
                + "SLAB_HWCACHE_ALIGN|SLAB_TYPESAFE_BY_RCU");
        assertThat(run.out()).contains("one slot, 192 bytes",
                "while it is free, the word at 16 links to the next free one",
                "except at the word that the creator gave up",
                "Without the offset: slots of 256 instead of 192 bytes, 16 objects",
                // Control groups are not built in, which would move some flags.
                "flags        0x10210  SLAB_HWCACHE_ALIGN|SLAB_TYPESAFE_BY_RCU|__CMPXCHG_DOUBLE");
    }

    /// The sizes said to be neighbours would not be those at which something changes.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"--size 1; 1 to 8", "--size 13 --flags RED_ZONE; 1 to 15",
        "--size 16 --flags RED_ZONE; 16 to 23", "--size 33 --flags HWCACHE_ALIGN; 33 to 64",
        "--size 10 --align 64; 1 to 64", "--size 4194304; 4194297 to 4194304",
        "--size 700; 697 to 704"})
    void geometry_neighbours_areWhereSlotsChange(String args, String range) {
        CliRun run = CliRun.of(("geometry " + args).split(" "));

        assertThat(run.out()).contains(": the same from " + range + "\n");
    }

    /// An alignment that rounds in an odd way would pass without a word.
    @Test
    void geometry_alignNoPowerOfTwo_warns() {
        CliRun run = CliRun.of("geometry", "--size", "100", "--align", "24");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.out()).contains("warning: align 24 is not a power of two");
    }

    /// An object that pays for its alignment would not be told so.
    @Test
    void geometry_alignLargerThanObject_saysWhatItCosts() {
        CliRun run = CliRun.of("geometry", "--size", "10", "--align", "64");

        assertThat(run.out()).contains("takes a whole unit of 64 bytes",
                "With the default alignment: slots of 16 instead of 64 bytes");
    }

    /// Nonsense would be computed, or end in a message that does not name value and limit.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "--size 0; --size 0: expected 1 to 4194304 bytes",
        "--size -1; --size -1: expected 1 to 4194304 bytes",
        "--size 4194305; --size 4194305: expected 1 to 4194304 bytes",
        "--size 99999999999999999999; '99999999999999999999': expected a whole number",
        "--size abc; 'abc': expected a whole number",
        "--size 8 --align -8; --align -8: expected 0 to 4194304 bytes",
        "--size 8 --cpus 0; --cpus 0: expected 1 to 4096",
        "--size 8 --cpus 5000; --cpus 5000: expected 1 to 4096",
        "--size 8 --cpus 4 --max-cpus 2; --max-cpus 2: expected 4 to 4096",
        "--size 8 --kernel 2.4; unknown kernel '2.4'",
        "--size 8 --boot slub_max_order=x; slub_max_order=x: expected a number",
        "--size 8 --flags SHINY; unknown slab flag 'SHINY'",
        "--size 8 --flags GFP_KERNEL; these are gfp flags",
        "--size 8 --flags 0xcc0; refuses 0xc0 with error -22",
        "--size 8 --freeptr-offset 0; Linux 6.1 has no kmem_cache_args",
        "--size 8 --freeptr-offset 8; --freeptr-offset 8: expected 0 to 7",
        "--size 64 --freeptr-offset 8 --kernel linux-6.18; only a cache with SLAB_TYPESAFE_BY_RCU",
        "--size 64 --flags 0x200 --freeptr-offset 9 --kernel linux-6.18; expected a multiple of 8",
        "--size 8 --flags 0x1000000 --kernel linux-6.18; the flags of linux-6.18 end at",
        "--size 4194304 --flags RED_ZONE; exceeds the largest slab"})
    void geometry_nonsense_isAUsageErrorWithValueAndLimit(String args, String message) {
        String[] words = ("geometry " + args).split(" ");

        CliRun run = CliRun.of(words);

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains(message).doesNotContain("\tat ");
    }

    /// The classic SLAB would be drawn with SLUB's free pointer, or without its indices and colours.
    @Test
    void geometry_classicConstructor_drawsTheIndicesAndSaysWhy() {
        CliRun run = CliRun.of("geometry", "--size", "40", "--ctor", "--kernel", "c61-SLAB");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.out()).doesNotContain("free pointer", "min_partial");
        assertThat(run.out()).contains("""
                    3920  object 98
                    3960  37 bytes left over
                    3997  indices of the free objects, one byte each: 99 bytes
                    4096  end
                """,
                "Too little is left over for colours", "limit           120  free objects",
                "flags        0x0  none",
                "a constructed object keeps its state while it is free",
                "Outside they do not pay",
                "Without the constructor: the indices would lie at the end of the slab, 99 objects");
    }

    /// Where the indices lie, and how slabs differ, would not follow from the cache.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "--size 704; lie in one of them, the last to be handed out.; 7 colours: in one slab after",
        "--size 128 --flags TYPESAFE_BY_RCU; lie outside, in memory of kmalloc for each slab.;"
                + " in a free object, 32 objects in a slab of order 0.",
        "--size 64 --flags POISON; drops SLAB_POISON: it was built without DEBUG_SLAB.; order"})
    void geometry_classicPlaces(String options, String one, String other) {
        CliRun run = CliRun.of(("geometry --kernel c61-SLAB " + options).split(" "));

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.out()).contains(one, other);
    }

    /// SLOB would be drawn with slabs, which it has not, or with flags that it drops.
    @Test
    void geometry_slob_drawsABlockOfTheHeap() {
        CliRun run = CliRun.of("geometry", "--size", "195", "--flags",
                "HWCACHE_ALIGN,TYPESAFE_BY_RCU,POISON", "--kernel", "c61-SLOB");
        CliRun large = CliRun.of("geometry", "--size", "5000", "--kernel", "c61-SLOB");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.out()).contains("align 0 -> 64", "one block, 220 bytes",
                "     196      24  callback and size, while it waits for readers",
                "requests below 256 bytes (small)",
                "holds 16 objects: 576 bytes are left for others",
                "flags        0x82000  SLAB_HWCACHE_ALIGN|SLAB_TYPESAFE_BY_RCU; SLOB drops"
                        + " SLAB_POISON");
        assertThat(large.out()).contains(
                "Each object has 2 pages of its own (order 1): 3,192 bytes unused.");
    }
}
