package org.kmemlab.slab.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.ClassicSnapshot;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.Resources;
import org.kmemlab.slab.SlabFixture;
import org.kmemlab.slab.SlubSnapshot;
import org.kmemlab.slab.SlubSnapshot.NodeView;
import org.kmemlab.slab.SlubSnapshot.SlabView;

class ProcSlabinfoTest {

    /// If it fails, programs that read slabinfo misread ours, or a freshly booted kernel lists its
    /// own caches differently: other names, order, sizes or objects per slab.
    @ParameterizedTest
    @CsvSource({"slubstats_smp2_idle, c61", "deb61_smp2_m512_nomerge, deb61"})
    void text_cachesOfABoot_equalsTheRecordedFile(String recording, String build) {
        List<String> recorded = Resources.lines("golden/slabinfo_" + recording + ".txt");
        try (SlabFixture f = SlabFixture.of(MachineConfig.ofMebibytes(64).withCpus(2)
                .withProfile(KernelProfile.of(build).booted("slab_nomerge")))) {
            List<CacheSnapshot> caches = new ArrayList<>();
            List<KmemCache> booted = f.slab.caches();
            assertThat(booted).hasSize(recorded.size() - 2);
            for (int i = 0; i < booted.size(); i++) {
                caches.add(
                        used(booted.get(i).snapshot().slub(), recorded.get(i + 2).split("\\s+")));
            }

            assertThat(ProcSlabinfo.text(caches).lines()).isEqualTo(recorded);
        }
    }

    /// The same for the classic SLAB: its smallest class is 32 bytes, the first one made is that of
    /// its descriptors of nodes, and the columns of tunables are not 0.
    @Test
    void text_cachesOfASlabBoot_equalsTheRecordedFile() {
        List<String> recorded = Resources.lines("golden/slabinfo_SLAB_custom61_smp1_m512.txt");
        try (SlabFixture f = SlabFixture.of(
                MachineConfig.ofMebibytes(64).withProfile(KernelProfile.C61_SLAB))) {
            List<CacheSnapshot> caches = new ArrayList<>();
            List<KmemCache> booted = f.slab.caches();
            assertThat(booted).hasSize(recorded.size() - 2);
            for (int i = 0; i < booted.size(); i++) {
                caches.add(used(booted.get(i).snapshot().classic(),
                        recorded.get(i + 2).split("\\s+")));
            }

            assertThat(ProcSlabinfo.text(caches).lines()).isEqualTo(recorded);
        }
    }

    private static CacheSnapshot used(ClassicSnapshot fresh, String[] columns) {
        int perSlab = fresh.geometry().objects();
        int free = Integer.parseInt(columns[2]) - Integer.parseInt(columns[1]);
        int slabs = Integer.parseInt(columns[14]);
        List<ClassicSnapshot.SlabView> partial = new ArrayList<>();
        List<ClassicSnapshot.SlabView> full = new ArrayList<>();
        for (int i = 0; i < slabs; i++) {
            // The recorded caches have no slab that is free as a whole.
            int here = Math.min(free, perSlab - 1);
            free -= here;
            (here > 0 ? partial : full).add(new ClassicSnapshot.SlabView(i, 0, perSlab - here,
                    IntStream.range(perSlab - here, perSlab).boxed().toList()));
        }
        ClassicSnapshot.NodeView node = fresh.nodes().getFirst();
        return new ClassicSnapshot(fresh.name(), fresh.geometry(), fresh.refcount(),
                fresh.limits(), fresh.cpus(),
                List.of(new ClassicSnapshot.NodeView(partial, full, List.of(), node.freeLimit(),
                        node.colourNext(), node.shared(), node.alien())),
                fresh.stats());
    }

    /// How much a cache was used, as the recording says: the machine here has just booted.
    private static CacheSnapshot used(SlubSnapshot fresh, String[] columns) {
        int active = Integer.parseInt(columns[1]);
        int total = Integer.parseInt(columns[2]);
        long slabs = Long.parseLong(columns[14]);
        SlabView partial = new SlabView(1, 0, active, total, false, List.of());
        NodeView node = new NodeView(slabs, total, Collections.singletonList(partial), List.of());
        return new SlubSnapshot(fresh.name(), fresh.geometry(), fresh.refcount(), fresh.cpus(),
                List.of(node));
    }
}
