package org.kmemlab.lab.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.verify.RecordedOracle;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import org.kmemlab.machine.ZoneType;
import org.kmemlab.slab.ClassicGeometry;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlabGeometry;
import org.kmemlab.slab.SlabSettings;
import org.kmemlab.slab.SlubSnapshot.CpuView;
import org.kmemlab.slab.SlubSnapshot.SlabView;

/// Guards the loader of recorded states. If it failed, every comparison with a real kernel would
/// start from the wrong state.
class StateReaderTest {

    private static final String ZONE = """
            5 pb
              pb node=1 zone=DMA32 start=1000 spanned=2048 present=2048 managed=2000 types=0x
            6 bi
              bi node=1 zone=DMA32 nr_free=1,0 cpu0:count=3,high=38 vm_nr_free=19 min=3 low=4\
             high=5 hatomic=7 boost=8 lowmem_reserve=0,1,2,3
            7 fl
              fl node=1 zone=DMA32 order=0 mt=2: 1abc 1abd
              fl node=1 zone=DMA32 order=10 mt=1: 1400
            8 pcp
              pcp node=1 zone=DMA32 cpu=0 count=3 high=38 batch=1 free_factor=2
              pcplist zone=DMA32 cpu=0 list=13: 17ff 17fe
            """;

    private static List<RecordedState> read(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return StateReader.readAll(RecordedFile.of("state.txt", bytes, 1 << 16));
    }

    static List<RecordedState> recorded(String trace) throws IOException {
        InputStream in = StateReaderTest.class
                .getResourceAsStream("/oracle/traces/" + trace + "/state.txt.gz");
        return StateReader.readAll(RecordedFile.of(trace, in));
    }

    /// Broken: zones would start with other lists, marks or counters than recorded.
    @Test
    void readAll_zone_readsEveryField() throws IOException {
        ZoneState zone = read(ZONE).getFirst().zones().getFirst();

        assertThat(zone.span().node()).isEqualTo(1);
        assertThat(zone.span().type()).isEqualTo(ZoneType.DMA32);
        assertThat(zone.span().startPfn()).isEqualTo(0x1000);
        assertThat(zone.span().managedPages()).isEqualTo(2000);
        assertThat(zone.pageblockTypes()).containsExactly(MigrateType.UNMOVABLE,
                MigrateType.UNMOVABLE);
        assertThat(zone.freeLists()).containsExactly(
                new ZoneState.FreeList(0, MigrateType.RECLAIMABLE, List.of(0x1abc, 0x1abd)),
                new ZoneState.FreeList(10, MigrateType.MOVABLE, List.of(0x1400)));
        assertThat(zone.perCpu()).containsExactly(new ZoneState.CpuLists(0, 3, 38, 1, 2,
                List.of(new ZoneState.CpuList(13, List.of(0x17ff, 0x17fe)))));
        assertThat(zone.watermarks().min()).isEqualTo(3);
        assertThat(zone.watermarks().high()).isEqualTo(5);
        assertThat(zone.lowmemReserve()).containsExactly(0, 1, 2, 3);
        assertThat(zone.countedFreePages()).isEqualTo(19);
        assertThat(zone.highatomicPages()).isEqualTo(7);
        assertThat(zone.boostPages()).isEqualTo(8);
    }

    /// Broken: caches would start with other slabs or free objects than recorded.
    @Test
    void readAll_cache_readsSlabsAndChains() throws IOException {
        RecordedCache cache = read(ZONE + """
                9 kall
                  cache my cache ctor=1 object_size=184 size=192 inuse=184 offset=88 align=8\
                 red_left_pad=0 order=1 objs=42 min_order=0 min_objs=21 min_partial=5\
                 cpu_partial=120 cpu_partial_slabs=11 flags=0x80040000 allocflags=0x10 refcount=-1
                  ks  cpu0[2a97:19/42:f1:cfl-1] cpartial0[2a00:16/42:f1:left2 2a99:19/21:f1:left1]\
                 node1[nr_partial=1 nr_slabs=7 tot=273: 283a:20/21:f0]
                  ksf cpu0 slab=2a97 cfreelist=8,7 sfreelist=3
                  ksf cpartial0 slab=2a00 sfreelist=2,18
                  ksf node1 slab=283a sfreelist=9
                  ksf nodefull1 slab=726b inuse=21
                """).getFirst().caches().getFirst();

        assertThat(cache.name()).isEqualTo("my cache");
        assertThat(cache.hasCtor()).isTrue();
        assertThat(cache.snapshot().refcount()).isEqualTo(-1);
        assertThat(cache.snapshot().geometry().size()).isEqualTo(192);
        assertThat(cache.snapshot().geometry().flags().bits()).isEqualTo(0x8004_0000);
        CpuView cpu = cache.snapshot().slub().cpus().getFirst();
        assertThat(cpu.slab()).isEqualTo(new SlabView(0x2a97, 1, 19, 42, true, List.of(3)));
        assertThat(cpu.freelist()).containsExactly(8, 7);
        assertThat(cpu.partial()).containsExactly(
                new SlabView(0x2a00, 1, 16, 42, true, List.of(2, 18)),
                new SlabView(0x2a99, 0, 19, 21, true, List.of()));
        var node = cache.snapshot().slub().nodes().getFirst();
        assertThat(node.slabs()).isEqualTo(7);
        assertThat(node.objects()).isEqualTo(273);
        assertThat(node.partial())
                .containsExactly(new SlabView(0x283a, 0, 20, 21, false, List.of(9)));
        assertThat(node.full()).containsExactly(new SlabView(0x726b, 0, 21, 21, false, List.of()));
    }

    /// Broken: the flags of a newer kernel's caches would be taken for others.
    @Test
    void writtenBy_newerKernel_understandsItsFlagWords() throws IOException {
        RecordedState state = read(ZONE + """
                9 kall
                  cache foo ctor=0 object_size=192 size=192 inuse=192 offset=16 align=64\
                 red_left_pad=0 order=0 objs=21 min_order=0 min_objs=21 min_partial=5\
                 cpu_partial=120 cpu_partial_slabs=12 flags=0x10210 allocflags=0x40000 refcount=1
                  ks  node1[nr_partial=0 nr_slabs=0 tot=0:]
                """).getFirst();

        RecordedState understood = state.writtenBy(KernelProfile.LINUX_6_18);

        assertThat(understood.caches().getFirst().snapshot().geometry().flags())
                .isEqualTo(SlabFlags.HWCACHE_ALIGN.with(SlabFlags.TYPESAFE_BY_RCU)
                        .with(SlabFlags.CMPXCHG_DOUBLE));
        assertThat(state.writtenBy(KernelProfile.LINUX_6_1)).isEqualTo(state);
        // With one more flag built in, the same word has another meaning.
        assertThat(state.writtenBy(KernelProfile.LINUX_6_18.with(ConfigOption.FAILSLAB)).caches()
                .getFirst().snapshot().geometry().flags().has(SlabFlags.OBJECT_POISON)).isTrue();
    }

    /// Broken: the state after the events would be taken for the one before, or dumps in the middle
    /// of a step log for a state.
    @Test
    void readAll_severalDumps_keepsTheirSequence() throws IOException {
        List<RecordedState> states = read("4 cpu 0 => 0 now=0\n" + ZONE + """
                12 ap 0 0 K => pfn=1 zone=DMA
                13 pcp
                  pcp node=1 zone=DMA32 cpu=0 count=9 high=38 batch=1 free_factor=2
                14 fp 0 => ok
                """ + ZONE.replace("count=3 ", "count=4 "));

        assertThat(states).hasSize(2);
        assertThat(states.get(0).zones().getFirst().perCpu().getFirst().countPages()).isEqualTo(3);
        assertThat(states.get(1).zones().getFirst().perCpu().getFirst().countPages()).isEqualTo(4);
        assertThat(states.get(1).zones().getFirst().freeLists()).hasSize(2);
    }

    /// Broken: a damaged dump would be loaded half, or the user would not learn what is wrong.
    @ParameterizedTest
    @CsvSource(delimiter = '#', value = {
        "spanned=2048 # spanned=x # line 2: pb: 'x' is no number",
        "spanned=2048 # # line 2: pb: no spanned=",
        "types=0x # types=07 # line 2: pb: migrate type 7: expected 0 to 3",
        "zone=DMA32 start # zone=Moon start # line 2: pb: unknown zone 'Moon'",
        "present=2048 # present=4096 # line 2: pb: zone DMA32",
        "1abc # 1axc # line 6: fl: '1axc' is no hexadecimal number",
        "mt=2 # mt=9 # line 6: fl: migrate type 9: expected 0 to 3",
        "bi node=1 # bi node=0 # line 4: bi: no pb line of node 0 zone DMA32",
        "pcplist zone=DMA32 cpu=0 # pcplist zone=DMA32 cpu=1 # line 10: pcplist: no pcp line",
        "fl node=1 # xx node=1 # line 6: xx: unknown line in a dump",
        "min=3 # min=-x # line 4: bi: '-x' is no number"})
    void readAll_damagedLine_namesLineAndProblem(String good, String bad, String message) {
        String damaged = ZONE.replaceFirst(good, bad == null ? "" : bad);

        assertThatExceptionOfType(StateFormatException.class).isThrownBy(() -> read(damaged))
                .withMessageStartingWith("state.txt, " + message);
    }

    /// Broken: a dump that was cut off would be loaded as if it were whole.
    @Test
    void readAll_zoneWithoutInfo_isRefused() {
        String text = ZONE.lines().filter(line -> !line.startsWith("  bi")).reduce("",
                (all, line) -> all + line + "\n");

        assertThatExceptionOfType(StateFormatException.class).isThrownBy(() -> read(text))
                .withMessage("state.txt, line 10: end: the dump before it has no bi line of zone"
                        + " DMA32");
    }

    /// Broken: any text file would pass for a state.
    @Test
    void readFirst_noDump_isRefused() {
        byte[] text = "hello\n  world\n".getBytes(StandardCharsets.UTF_8);

        assertThatExceptionOfType(StateFormatException.class)
                .isThrownBy(() -> StateReader.readFirst(RecordedFile.of("x.txt", text, 100)))
                .withMessageStartingWith("x.txt, line 1: no state");
    }

    /// Broken: states of real kernels could not be read, or not loaded into a machine.
    @ParameterizedTest
    @ValueSource(strings = {"c61_smp1_small1", "c61_smp2_small2", "c61_SLAB_smp1_slab_small1",
        "deb61x_smp1_dxsmall1"})
    void readAll_recordedStates_loadIntoAMachineUnchanged(String trace) throws IOException {
        List<RecordedState> states = recorded(trace);

        assertThat(states).hasSize(2);
        for (RecordedState state : states) {
            KernelProfile profile = trace.startsWith("deb61") ? KernelProfile.DEB61
                    : KernelProfile.C61;
            Machine machine = new Machine(MachineConfig.ofZones(state.spans())
                    .withCpus(state.cpus()).withMemory(MemoryKind.METADATA_ONLY)
                    .withProfile(profile));
            PageAllocator pages = new PageAllocator(machine, state.zones());

            pages.validate();
            assertThat(pages.snapshot()).isEqualTo(state.zones());
            assertThat(state.caches()).isNotEmpty();
            assertThat(state.unreadCaches()).isEmpty();
        }
    }

    /// Broken: the caches of the classic SLAB would be read wrong: any of them that is not shared
    /// has the shape that we compute from its size, alignment and flags.
    @Test
    void readAll_classicCaches_haveTheShapeThatIsComputed() throws IOException {
        SlabSettings settings = SlabSettings.of(KernelProfile.C61_SLAB, 1, 1);
        int compared = 0;
        for (RecordedCache cache : recorded("c61_SLAB_smp1_slab_small1").getFirst().caches()) {
            ClassicGeometry g = cache.snapshot().geometry().classic();
            if (cache.snapshot().refcount() <= 1) {
                SlabFlags flags = g.flags()
                        .without(SlabFlags.OBJ_FREELIST.with(SlabFlags.OFF_SLAB));
                assertThat(g).as(cache.name()).isEqualTo(SlabGeometry
                        .of(new SlabGeometry.Request(g.objectSize(), g.align(), flags,
                                cache.hasCtor()), settings));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(80);
    }

    /// Broken: a damaged dump of the classic SLAB would be taken for another state.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "partial: 2586:16/21:off0;partial: 2586:16/22:off0;is no slab:active/21:off",
        "partial: 2586:16/21:off0;partial 2586:16/21:off0;no list partial:",
        "ksf cpu0 entries(bottom..top)= 2586+0;ksf cpu0 entries(bottom..top)= 2586;no frame+offset",
        "avail=14 ;avail=9 ;14 entries, but avail=9 for CPU 0",
        "total=1 free_slabs=0 free_objects=5;total=1 free_slabs=0 free_objects=6;but 5 are listed",
        "limit=120 batchcount=60 shared=0;limit=120 batchcount=160 shared=0;batchcount 160"})
    void readAll_damagedClassicDump_namesTheLine(String original, String damaged, String message)
            throws IOException {
        String text = String.join("\n",
                RecordedOracle.lines("traces/c61_SLAB_smp1_slab_small1/state.txt.gz"));
        assertThat(text).contains(original);

        assertThatExceptionOfType(StateFormatException.class)
                .isThrownBy(() -> read(text.replace(original, damaged)))
                .withMessageContaining("state.txt, line ").withMessageContaining(message);
    }

    /// Broken: counts that slabinfo prints could not be had from a state.
    @Test
    void readAll_recordedCaches_agreeWithThemselves() throws IOException {
        for (RecordedCache cache : recorded("c61_smp2_small2").getFirst().caches()) {
            for (CpuView cpu : cache.snapshot().slub().cpus()) {
                SlabView slab = cpu.slab();
                if (slab != null) {
                    assertThat(slab.inuse()).as(cache.name())
                            .isEqualTo(slab.objects() - slab.freelist().size());
                }
                for (SlabView partial : cpu.partial()) {
                    assertThat(partial.inuse()).as(cache.name())
                            .isEqualTo(partial.objects() - partial.freelist().size());
                }
            }
        }
    }
}
