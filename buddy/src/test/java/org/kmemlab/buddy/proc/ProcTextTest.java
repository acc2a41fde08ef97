package org.kmemlab.buddy.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.apache.commons.lang3.StringUtils;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.Watermarks;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.machine.ZoneType;

/// Reads the numbers of files that real kernels printed and prints them again.
///
/// If it fails, programs that parse the kernel's files cannot read ours.
class ProcTextTest {

    private static final Pattern ZONE_LINE = Pattern
            .compile("Node +(\\d+), zone +(\\S+)(?:, type +(\\S+))? +([\\d ]+)");

    private record Row(int node, ZoneType zone, String type, List<Integer> numbers) {
        String key() {
            return node + zone.label();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"deb61_smp1_m256", "deb61_smp2_m4096", "deb61_smp4_m1024_numa2",
        "c61_smp1_busy1"})
    void buddyinfo_ofRecordedCounts_equalsTheRecordedText(String name) {
        String recorded = read(name + ".buddyinfo.txt");
        List<ZoneState> zones = rows(recorded).stream().map(row -> zone(row, List.of(), blocks(row,
                MigrateType.UNMOVABLE))).toList();

        assertThat(ProcBuddyinfo.text(zones)).isEqualTo(recorded);
    }

    @ParameterizedTest
    @ValueSource(strings = {"deb61_smp1_m256", "deb61_smp2_m4096", "deb61_smp4_m1024_numa2",
        "c61_smp1_busy1"})
    void pagetypeinfo_ofRecordedCounts_equalsTheRecordedText(String name) {
        String recorded = read(name + ".pagetypeinfo.txt");
        Map<String, List<Row>> byZone = new LinkedHashMap<>();
        rows(recorded).forEach(
                row -> byZone.computeIfAbsent(row.key(), key -> new ArrayList<>()).add(row));
        List<ZoneState> zones = byZone.values().stream().map(ProcTextTest::zone).toList();
        KernelProfile kernel = KernelProfile.of(StringUtils.substringBefore(name, "_"));

        assertThat(ProcPagetypeinfo.text(kernel, zones)).isEqualTo(recorded);
    }

    private static ZoneState zone(List<Row> rows) {
        List<ZoneState.FreeList> lists = new ArrayList<>();
        List<MigrateType> pageblocks = new ArrayList<>();
        for (Row row : rows) {
            for (MigrateType type : MigrateType.values()) {
                if (type.label().equals(row.type)) {
                    lists.addAll(blocks(row, type));
                } else if (row.type == null) {
                    for (int i = 0; i < row.numbers.get(type.ordinal()); i++) {
                        pageblocks.add(type);
                    }
                }
            }
        }
        return zone(rows.get(0), pageblocks, lists);
    }

    private static List<ZoneState.FreeList> blocks(Row row, MigrateType type) {
        return IntStream.range(0, row.numbers.size()).mapToObj(order -> new ZoneState.FreeList(
                order, type, IntStream.range(0, row.numbers.get(order)).boxed().toList())).toList();
    }

    private static ZoneState zone(Row row, List<MigrateType> pageblocks,
            List<ZoneState.FreeList> lists) {
        ZoneSpan span = ZoneSpan.solid(row.node, row.zone, 0, 1024 * (1 + pageblocks.size()));
        return new ZoneState(span, pageblocks, lists, List.of(), Watermarks.of(0, 0, 0), List.of(),
                0, 0, 0);
    }

    private static List<Row> rows(String text) {
        List<Row> rows = new ArrayList<>();
        Matcher matcher = ZONE_LINE.matcher(text);
        while (matcher.find()) {
            List<Integer> numbers = new ArrayList<>();
            for (String number : StringUtils.split(matcher.group(4))) {
                numbers.add(Integer.valueOf(number));
            }
            rows.add(new Row(Integer.parseInt(matcher.group(1)), ZoneType.ofLabel(matcher.group(2)),
                    matcher.group(3), numbers));
        }
        return rows;
    }

    private static String read(String name) {
        try (InputStream in = ProcTextTest.class.getResourceAsStream("/recorded/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(),
                    StandardCharsets.UTF_8);
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }
}
