package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kmemlab.machine.Task;
import org.kmemlab.slab.SlabBug.Zone;
import org.kmemlab.slab.proc.SlabTraces;

/// Reports of which there is no recording. The recorded ones are compared line by line elsewhere.
class SlabReportTextTest {

    private final List<SlabBug> found = new ArrayList<>();
    private SlabFixture f;
    private KmemCache cache;

    private void boot(MisusePolicy misuse, String parameters, int size, SlabFlags flags) {
        f = SlabFixture.of(misuse, "slab_nomerge " + parameters);
        cache = f.slab.createCache(KmemCacheArgs.of("foo", size).withFlags(flags));
        f.slab.onBug(found::add);
        f.machine.log().clear();
    }

    /// Damaged slabs may be lost, so the fixture itself would not close.
    @AfterEach
    void closeMachine() {
        f.machine.close();
    }

    /// The log without stacks and with addresses counted from the page of `object`.
    private List<String> log(long object) {
        String page = "%013x".formatted(object >>> 12);
        return f.machine.log().lines().stream().filter(line -> !line.startsWith(" org.")
                && !line.startsWith(" java.") && !line.startsWith(" jdk."))
                .map(line -> line.replace(page, "P").replaceFirst("^Slab 0x\\w+", "Slab S"))
                .toList();
    }

    private static final String RULE = "-".repeat(77);
    private static final String DOUBLE_RULE = "=".repeat(77);
    private static final String STACK = "CPU: 0 PID: 0 Comm: swapper/0 Not tainted 6.1";
    private static final String FLAGS = " flags=0x2000000200(slab|section=0|node=0|zone=1)";

    /// If it fails, damage behind the last slot of a slab is not told as the kernel tells it.
    @Test
    void slabPadding_report_showsTheRemainder() {
        boot(MisusePolicy.REFUSE, "", 600, SlabFlags.POISON.with(SlabFlags.RED_ZONE));
        long object = cache.alloc(f.cpu, GFP_KERNEL);
        int slab = 4096 << cache.geometry().order();
        int remainder = slab % cache.geometry().size();
        long start = f.machine.memory().addressOf(f.machine.memory().pfnOf(object));
        long at = start + slab - remainder + 3;
        f.machine.memory().putByte(at, (byte) 'A');

        cache.validateSlabs(f.cpu);

        List<String> log = f.machine.log().lines();
        assertThat(log.get(1)).isEqualTo("BUG foo (Not tainted): Padding overwritten."
                + " 0x%016x-0x%016x @offset=%d".formatted(at, at, at - start));
        assertThat(log.get(4)).startsWith("Slab 0x");
        assertThat(log).contains("Padding %016x: 5a 5a 5a 41 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a"
                .formatted(at - 3) + "  ZZZAZZZZZZZZZZZZ");
        assertThat(log).endsWith(
                "FIX foo: Restoring slab padding 0x%016x-0x%016x=0x5a".formatted(at, at));
        assertThat(found).containsExactly(
                new SlabBug.Overwritten("foo", Zone.SLAB_PADDING, 0, at, at, 'A', 0x5a));
    }

    /// If it fails, a report about an object without red zones lacks the bytes in front of it, or
    /// damage to the padding of a slot keeps the object from going back.
    @Test
    void objectPadding_report_showsBytesBeforeAndLetsTheObjectGo() {
        boot(MisusePolicy.AS_KERNEL, "", 12,
                SlabFlags.POISON.with(SlabFlags.STORE_USER).with(SlabFlags.CONSISTENCY_CHECKS)
                        .with(SlabFlags.NO_USER_FLAGS));
        cache = f.slab.createCache(KmemCacheArgs.of("bar", 12).withAlign(32).withFlags(
                SlabFlags.POISON.with(SlabFlags.CONSISTENCY_CHECKS)));
        long first = cache.alloc(f.cpu, GFP_KERNEL);
        long object = cache.alloc(f.cpu, GFP_KERNEL);
        f.machine.memory().fill(object, 12, (byte) 0x41);
        f.machine.memory().putByte(object + 30, (byte) 0);

        cache.free(f.cpu, object);

        assertThat(log(object)).containsExactly(DOUBLE_RULE,
                "BUG bar (Not tainted): Object padding overwritten", RULE, "",
                "0xP03e-0xP03e @offset=62. First byte 0x0 instead of 0x5a",
                "Slab S objects=128 used=2 fp=0xP040" + FLAGS,
                "Object 0xP020 @offset=32 fp=0x0000000000000000", "",
                "Bytes b4 P010: 40 00 00 01 80 88 ff ff 5a 5a 5a 5a 5a 5a 5a 5a  @.......ZZZZZZZZ"
                        .replace("40 00 00 01", bytes(first)).replace("@...", ascii(first)),
                "Object   P020: 41 41 41 41 41 41 41 41 41 41 41 41"
                        + "              AAAAAAAAAAAA",
                "Padding  P038: 5a 5a 5a 5a 5a 5a 00 5a                          ZZZZZZ.Z",
                STACK, "Call Trace:", " <TASK>", " </TASK>",
                "Disabling lock debugging due to kernel taint",
                "FIX bar: Restoring Object padding 0xP03e-0xP03e=0x5a");
        assertThat(cache.snapshot().allocatedObjects()).isEqualTo(1);
    }

    /// The first bytes of the link of an object, which leads to the one after the next.
    private static String bytes(long first) {
        long next = first + 32;
        return "%02x %02x %02x %02x".formatted(next & 0xff, (next >> 8) & 0xff,
                (next >> 16) & 0xff, (next >> 24) & 0xff);
    }

    private static String ascii(long first) {
        StringBuilder text = new StringBuilder();
        for (int shift = 0; shift < 32; shift += 8) {
            long value = ((first + 32) >> shift) & 0xff;
            text.append(value >= ' ' && value <= '~' ? (char) value : '.');
        }
        return text.toString();
    }

    /// If it fails, the trace of a cache does not read as the kernel's.
    @Test
    void trace_allocAndFree_areTold() {
        boot(MisusePolicy.REFUSE, "", 8, SlabFlags.TRACE);
        long object = cache.alloc(f.cpu, GFP_KERNEL);
        f.put(object, 0x4847464544434241L);
        cache.free(f.cpu, object);

        assertThat(log(object)).containsExactly("TRACE foo alloc 0xP000 inuse=1 fp=0xP008", STACK,
                "Call Trace:", " <TASK>", " </TASK>",
                "TRACE foo free 0xP000 inuse=1 fp=0xP008",
                "Object P000: 00 00 00 00 00 00 00 00                          ........", STACK,
                "Call Trace:", " <TASK>", " </TASK>");
    }

    /// If it fails, a free list that begins nowhere is followed there.
    @Test
    void validateSlabs_wildHead_clearsTheFreeList() {
        boot(MisusePolicy.AS_KERNEL, "", 64, SlabFlags.STORE_USER);
        long object = cache.alloc(f.cpu, GFP_KERNEL);
        cache.free(f.cpu, object);
        f.put(object + cache.geometry().slub().offset(), 0x1234);
        assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(object);

        cache.validateSlabs(f.cpu);

        assertThat(log(object)).containsExactly(DOUBLE_RULE,
                "BUG foo (Not tainted): Freepointer corrupt", RULE, "",
                "Slab S objects=32 used=1 fp=0x0000000000001234" + FLAGS, STACK, "Call Trace:",
                " <TASK>", " </TASK>", "Disabling lock debugging due to kernel taint",
                "FIX foo: Freelist cleared");
        assertThat(found).containsExactly(new SlabBug.CorruptFreePointer("foo", 0, 0x1234));
        assertThat(cache.snapshot().slub().nodes().getFirst().partial().getFirst().inuse())
                .isEqualTo(32);
    }

    /// If it fails, the machine goes on with an address that the kernel would crash on, or refuses
    /// it without saying what is wrong.
    @Test
    void alloc_wildHead_crashesOrIsReported() {
        for (MisusePolicy policy : MisusePolicy.values()) {
            boot(policy, "", 64, SlabFlags.STORE_USER);
            found.clear();
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            cache.free(f.cpu, object);
            f.put(object + cache.geometry().slub().offset(), 0x1234);
            assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(object);

            if (policy == MisusePolicy.AS_KERNEL) {
                assertThatThrownBy(() -> cache.alloc(f.cpu, GFP_KERNEL))
                        .isInstanceOf(SlabBugException.class)
                        .hasMessageContaining("is 0x1234");
            } else {
                long other = cache.alloc(f.cpu, GFP_KERNEL);
                assertThat(other >> 12).isNotEqualTo(object >> 12);
                assertThat(found).containsExactly(
                        new SlabBug.CorruptFreePointer("foo", 0, 0x1234));
                assertThat(f.log()).contains("Freelist Pointer check fails",
                        "Invalid pointer 0x0000000000001234", "Marking all objects used");
                f.machine.close();
            }
        }
    }

    /// If it fails, an object that stands twice in an array is freed twice at once.
    @Test
    void freeBulk_sameObjectTwice_isTold() {
        boot(MisusePolicy.AS_KERNEL, "", 64, SlabFlags.CONSISTENCY_CHECKS);
        long kept = cache.alloc(f.cpu, GFP_KERNEL);
        long object = cache.alloc(f.cpu, GFP_KERNEL);

        cache.freeBulk(f.cpu, new long[] {object, object}, 0, 2);

        assertThat(f.log()).contains("Bulk free expected 2 objects but found 1\n\n" + RULE);
        assertThat(found).containsExactly(new SlabBug.TooManyFreed("foo", object, 1, 2));
        assertThat(cache.snapshot().allocatedObjects()).isEqualTo(1);
        assertThat(kept).isNotZero();
    }

    /// If it fails, the slabs that damage has cost are not missed by anybody.
    @Test
    void validateSlabs_afterALoss_countsTheSlabsThatAreLeft() {
        boot(MisusePolicy.REFUSE, "", 64, SlabFlags.DEBUG_DEFAULT);
        long object = cache.alloc(f.cpu, GFP_KERNEL);
        cache.free(f.cpu, object);
        f.machine.memory().putByte(object, (byte) 0);
        assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isNotZero();
        f.machine.log().clear();

        assertThat(cache.validateSlabs(f.cpu)).isEqualTo(1);

        assertThat(f.machine.log().lines())
                .containsExactly("SLUB: foo 1 slabs counted but counter=2");
        assertThat(found.getLast()).isEqualTo(new SlabBug.LostSlabs("foo", 0, 1, 2));
    }

    /// If it fails, who holds the objects of a cache cannot be read, or not as a kernel writes it.
    @Test
    void allocSites_afterSomeAllocations_areListedByNumber() {
        boot(MisusePolicy.REFUSE, "slub_debug=U", 64, SlabFlags.NONE);
        f.machine.clock().advance(100);
        for (int pid = 3; pid <= 5; pid++) {
            f.cpu.run(new Task("worker", pid));
            assertThat(f.slab.kmalloc().kmalloc(f.cpu, 50, GFP_KERNEL)).isNotZero();
            f.machine.clock().advance(10);
        }
        long single = f.slab.kmalloc().kmalloc(f.cpu, 64, GFP_KERNEL);
        KmemCache kmalloc = Objects.requireNonNull(f.slab.cacheOf(single));

        String allocs = SlabTraces.text(kmalloc.allocSites(), 1, 1)
                .replaceAll(" {8}\\S+\\n", "")
                .replaceAll("\\S+_areListedByNumber\\+0x\\w+", "HERE");
        String frees = SlabTraces.text(kmalloc.freeSites(), 2, 1);

        assertThat(allocs).isEqualTo("""
                      3 HERE waste=42/14 age=10/20/30 pid=3-5

                      1 HERE age=0 pid=5

                """);
        assertThat(frees).isEqualTo("      4 <not-available> age=130 pid=0 cpus=0\n");
        assertThat(SlabTraces.text(cache.allocSites(), 1, 1)).isEqualTo("No data\n");
    }
}
