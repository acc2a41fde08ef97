package org.kmemlab.lab.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.state.RecordedCache;
import org.kmemlab.lab.state.StateReader;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlabGeometry;
import org.kmemlab.slab.SlabSettings;

/// Guards the inference of cache wishes from two sizes. If it failed, replayed caches would have
/// other slabs than the recorded ones.
class CacheShapeTest {

    private static final SlabSettings SETTINGS = SlabSettings.of(KernelProfile.C61, 1, 1);

    /// Broken: the simplest wish that explains the sizes would not be taken.
    @ParameterizedTest
    @CsvSource({"200,200,0,false,0", "33,64,8192,false,0", "64,72,0,true,0",
        "64,128,8192,true,0", "72,96,0,false,32", "224,255,0,false,0"})
    void of_sizes_findsTheSimplestWish(int object, int stride, int flags, boolean ctor, int align) {
        KmemCacheArgs args = CacheShape.of("x", object, stride, SETTINGS);

        assertThat(args.objectSize()).isEqualTo(object);
        assertThat(args.flags()).isEqualTo(new SlabFlags(flags));
        assertThat(args.ctor() != null).isEqualTo(ctor);
        assertThat(args.align()).isEqualTo(align);
    }

    /// Broken: caches of real kernels would get other slots or slab orders.
    @ParameterizedTest
    @ValueSource(strings = {"c61_smp1_small1", "c61_smp2_small2", "deb61x_smp1_dxsmall1"})
    void of_recordedCaches_givesTheirStrideAndOrder(String trace) throws IOException {
        InputStream in = CacheShapeTest.class
                .getResourceAsStream("/oracle/traces/" + trace + "/state.txt.gz");
        int cpus = trace.contains("smp2") ? 2 : 1;
        SlabSettings settings = SlabSettings.of(KernelProfile.C61, cpus, cpus);
        for (RecordedCache cache : StateReader.readFirst(RecordedFile.of(trace, in)).caches()) {
            SlabGeometry recorded = cache.snapshot().geometry();

            KmemCacheArgs args = CacheShape.of(cache.name(), recorded.objectSize(),
                    recorded.size(), settings);
            SlabGeometry found = SlabGeometry.of(new SlabGeometry.Request(args.name(),
                    args.objectSize(), args.align(), args.flags(), args.ctor() != null), settings);

            assertThat(found.size()).as(cache.name()).isEqualTo(recorded.size());
            assertThat(found.order()).as(cache.name()).isEqualTo(recorded.order());
            assertThat(found.objects()).as(cache.name()).isEqualTo(recorded.objects());
        }
    }
}
