package org.kmemlab.slab.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.CacheSnapshot;
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
