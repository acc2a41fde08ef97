package org.kmemlab.lab.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.lab.replay.ReplayBucket.FOREIGN;
import static org.kmemlab.lab.replay.ReplayBucket.REPLAYED;
import static org.kmemlab.lab.trace.TraceEventKind.KFREE;
import static org.kmemlab.lab.trace.TraceEventKind.KMEM_CACHE_FREE;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.state.StateReader;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.MisusePolicy;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabPages;
import org.kmemlab.slab.proc.ProcSlabinfo;

class ObjectsBeforeTest {

    private record Outcome(ReplayResult result, String slabinfo) {}

    private static RecordedFile recorded(String trace, String file) throws IOException {
        return RecordedFile.of(trace, ObjectsBeforeTest.class
                .getResourceAsStream("/oracle/traces/" + trace + "/" + file));
    }

    private static Outcome replay(RecordedFile trace, RecordedState state, String build, int cpus)
            throws IOException {
        MachineConfig config = MachineConfig.ofZones(state.spans()).withCpus(cpus)
                .withProfile(KernelProfile.of(build).booted("slab_nomerge"));
        try (Machine machine = new Machine(config); TraceCursor cursor = new TraceCursor(trace)) {
            PageAllocator pages = new PageAllocator(machine, state.zones());
            SlabAllocator slabs = new SlabAllocator(pages, SlabPages.of(pages),
                    MisusePolicy.REFUSE, state.cacheStates());
            TraceReplay replay = new TraceReplay(slabs, state);

            replay.run(cursor);

            slabs.validate();
            pages.validate();
            return new Outcome(replay.result(), ProcSlabinfo.text(replay.caches()));
        }
    }

    /// Objects older than the trace would stay for ever, or a replay from a state would not lead to
    /// the caches that the kernel had in the end.
    @Test
    void run_recordedTraceFromItsState_endsWithTheRecordedSlabinfo() throws IOException {
        String trace = "c61_smp1_fs1";
        List<RecordedState> states = StateReader.readAll(recorded(trace, "state.txt.gz"));

        Outcome outcome = replay(recorded(trace, "trace.txt.gz"), states.getFirst(), "c61", 1);

        assertThat(outcome.slabinfo).isEqualTo(ProcSlabinfo.text(
                states.get(1).caches().stream().map(cache -> cache.snapshot()).toList()));
        // Nodes of maple trees are allocated in bulk, which prints nothing.
        assertThat(outcome.result.events().count(KMEM_CACHE_FREE, FOREIGN)).isEqualTo(127);
        assertThat(outcome.result.events().count(KMEM_CACHE_FREE, REPLAYED)).isEqualTo(1844);
        assertThat(outcome.result.caches().misplacedObjects()).isZero();
    }

    private static final String STATE = """
            1 pb
              pb node=0 zone=DMA32 start=0 spanned=2048 present=2048 managed=2048 types=00
            2 bi
              bi node=0 zone=DMA32 nr_free=0,0,0,0,0,0,0,0,0,0,1 cpu0:count=0,high=0,batch=1,\
            free_factor=0 vm_nr_free=1024 min=1 low=2 high=3 hatomic=0 boost=0
            3 fl
              fl node=0 zone=DMA32 order=10 mt=0: 400
            4 pcp
              pcp node=0 zone=DMA32 cpu=0 count=0 high=0 batch=1 free_factor=0
            5 kall
              cache foo ctor=0 object_size=1024 size=1024 inuse=1024 offset=512 align=8 \
            red_left_pad=0 order=0 objs=4 min_order=0 min_objs=4 min_partial=5 cpu_partial=24 \
            cpu_partial_slabs=12 flags=0x40000000 allocflags=0x0 refcount=1
              ks  cpu0[10:4/4:f1:cfl1] cpartial0[] node0[nr_partial=1 nr_slabs=3 tot=12: 11:3/4:f0]
              ksf cpu0 slab=10 cfreelist=2 sfreelist=
              ksf node0 slab=11 sfreelist=1
            """;

    private static Outcome replay(String... events) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String event : events) {
            text.append("a-1 [000] ..... 1.0: ").append(event).append('\n');
        }
        RecordedState state = StateReader.readFirst(RecordedFile.of("state",
                STATE.getBytes(StandardCharsets.UTF_8), 1 << 16));
        return replay(RecordedFile.of("trace", text.toString().getBytes(StandardCharsets.UTF_8),
                1 << 16), state, "c61", 1);
    }

    private static String free(String offset) {
        return "kmem_cache_free: call_site=f ptr=ffff8880000" + offset + " name=foo";
    }

    private static String foo(Outcome outcome) {
        return outcome.slabinfo.lines().filter(line -> line.startsWith("foo ")).findFirst()
                .orElseThrow().replaceAll(" +", " ");
    }

    /// An object in use before could not be freed, a free one could, or one could be freed twice.
    @Test
    void free_objectOlderThanTheTrace_onlyOnceAndOnlyIfInUse() throws IOException {
        Outcome outcome = replay(free("11000"), free("11000"), free("11400"));

        assertThat(outcome.result.events().count(KMEM_CACHE_FREE, REPLAYED)).isEqualTo(1);
        assertThat(outcome.result.events().count(KMEM_CACHE_FREE, FOREIGN)).isEqualTo(2);
        assertThat(foo(outcome)).startsWith("foo 10 12 ");
    }

    /// The slabs that no list names, as nothing in them is free, would never come back.
    @Test
    void free_objectOfAFullSlab_isFoundByItsCachesName() throws IOException {
        Outcome outcome = replay(free("20000"), free("20400"),
                "kfree: call_site=f ptr=ffff888000030000");

        assertThat(outcome.result.events().count(KMEM_CACHE_FREE, REPLAYED)).isEqualTo(2);
        assertThat(outcome.result.events().count(KFREE, FOREIGN)).isEqualTo(1);
    }

    /// An object whose address is handed out again would live twice.
    @Test
    void alloc_addressOfAnOlderObject_endsThatOne() throws IOException {
        Outcome outcome = replay("kmem_cache_alloc: call_site=f ptr=ffff888000011000 "
                + "bytes_req=1024 bytes_alloc=1024 gfp_flags=GFP_KERNEL", free("11000"));

        assertThat(outcome.result.objects().silentFrees()).isEqualTo(1);
        assertThat(outcome.result.events().count(KMEM_CACHE_FREE, REPLAYED)).isEqualTo(1);
        assertThat(foo(outcome)).startsWith("foo 10 12 ");
    }

    /// The objects of a slab would live on after its pages got another use.
    @Test
    void pageFree_framesOfAnOlderSlab_endItsObjects() throws IOException {
        Outcome outcome = replay("mm_page_free: page=1 pfn=0x11 order=0", free("11000"));

        assertThat(outcome.result.objects().silentFrees()).isEqualTo(3);
        assertThat(outcome.result.events().count(KMEM_CACHE_FREE, FOREIGN)).isEqualTo(1);
        assertThat(outcome.result.events().count(ReplayBucket.IMPLIED)).isEqualTo(1);
    }
}
