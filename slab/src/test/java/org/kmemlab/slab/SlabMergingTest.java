package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.apache.commons.lang3.StringUtils;
import org.junit.jupiter.api.Test;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;

/// All caches that Debian's kernel makes at boot, in the order in which it makes them.
///
/// The file joins two boots: one without merging, which shows what each creator asked for (except
/// that accounting shows only in the name of a merged directory), and one with merging.
class SlabMergingTest {

    private record Row(KmemCacheArgs args, String directory, String objectSize, String aliases,
            boolean isFirst) {}

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (String line : Resources.lines("golden/merging_deb61_smp2_m512.tsv").stream().skip(1)
                .toList()) {
            String[] columns = StringUtils.split(line, '\t');
            ObjectConstructor ctor = columns[4].equals("1") ? (memory, at) -> {} : null;
            KmemCacheArgs args = new KmemCacheArgs(columns[0], Integer.parseInt(columns[1]),
                    Integer.parseInt(columns[2]), SlabFlags.parse(columns[3]), ctor, 0,
                    Integer.parseInt(columns[5]));
            rows.add(new Row(args, columns[6], columns[7], columns[8], columns[9].equals("1")));
        }
        return rows;
    }

    /// If it fails, creators share other caches than on a real kernel, under other names.
    @Test
    void createCache_allCachesOfARealBoot_mergeAsRecorded() {
        try (SlabFixture f = SlabFixture.of(MachineConfig.ofMebibytes(64).withCpus(2)
                .withProfile(KernelProfile.DEB61))) {
            List<Row> rows = rows();
            int own = f.slab.caches().size();
            List<KmemCache> created = rows.stream().map(row -> f.slab.createCache(row.args))
                    .toList();

            for (int i = 0; i < rows.size(); i++) {
                Row row = rows.get(i);
                SysfsCache found = f.slab.sysfs(created.get(i));
                assertThat(found.directory()).as(row.args.name()).isEqualTo(row.directory);
                assertThat(found.snapshot().geometry().objectSize()).as(row.args.name())
                        .isEqualTo(Integer.parseInt(row.objectSize));
                assertThat(Math.max(0, found.snapshot().refcount() - 1)).as(row.args.name())
                        .isEqualTo(Integer.parseInt(row.aliases));
            }
            assertThat(f.slab.caches().reversed().stream().skip(own).map(KmemCache::name))
                    .isEqualTo(rows.stream().filter(Row::isFirst).map(row -> row.args.name())
                            .toList());
            assertThat(rows).hasSize(145);
        }
    }
}
