package org.kmemlab.buddy.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.lang3.StringUtils;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.Recorded;
import org.kmemlab.buddy.Watermarks;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.machine.ZoneType;

/// Reads the numbers of files that real kernels printed and prints them again.
///
/// If it fails, programs that parse the kernel's file cannot read ours.
class ProcZoneinfoTest {

    private static final Pattern HEADER = Pattern.compile("Node (\\d+), zone +(\\S+)");
    private static final Pattern NUMBER = Pattern.compile("(\\w[\\w ]*?):? +(\\d+)");
    private static final Pattern LEFT_OUT =
            Pattern.compile("  per-node stats|      (?!nr_free_(pages|cma) )\\w.*");

    @ParameterizedTest
    @ValueSource(strings = {"deb61_smp2_m4096", "deb61_smp4_m1024_numa2", "c61_numa2_128_128"})
    void text_ofRecordedNumbers_equalsTheRecordedLines(String name) {
        List<String> recorded = Recorded.text(name + ".zoneinfo.txt").lines()
                .filter(line -> !LEFT_OUT.matcher(line).matches()).toList();
        KernelProfile kernel = KernelProfile.of(StringUtils.substringBefore(name, "_"));

        List<Integer> exhausted = numbers(recorded, "node_unreclaimable").getFirst() == 0
                ? List.of()
                : List.of(0, 1);

        String text = ProcZoneinfo.text(kernel, zones(recorded), exhausted);

        assertThat(text.lines().toList()).isEqualTo(recorded);
        assertThat(text).endsWith("\n");
    }

    private static List<ZoneState> zones(List<String> lines) {
        List<ZoneState> zones = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("Node") && !lines.get(i).endsWith("Device")) {
                int end = i + 1;
                while (end < lines.size() && !lines.get(end).startsWith("Node")) {
                    end++;
                }
                zones.add(zone(lines.subList(i, end)));
            }
        }
        return zones;
    }

    private static ZoneState zone(List<String> lines) {
        Matcher header = HEADER.matcher(lines.getFirst());
        assertThat(header.matches()).isTrue();
        ZoneSpan span = new ZoneSpan(Integer.parseInt(header.group(1)),
                ZoneType.ofLabel(header.group(2)), number(lines, "start_pfn"),
                number(lines, "spanned"), number(lines, "present"), number(lines, "managed"),
                List.of());
        int boost = number(lines, "boost");
        Watermarks marks = Watermarks.of(number(lines, "min") - boost,
                number(lines, "low") - boost, numbers(lines, "high").getFirst() - boost);
        String reserve = lines.stream().filter(line -> line.contains("protection")).findFirst()
                .orElseThrow();
        List<Integer> columns = Pattern.compile("\\d+").matcher(reserve).results()
                .map(column -> Integer.valueOf(column.group())).limit(ZoneType.values().length)
                .toList();
        return new ZoneState(span, List.<MigrateType>of(), List.of(), cpus(lines), marks, columns,
                number(lines, "pages free"), 0, boost);
    }

    private static List<ZoneState.CpuLists> cpus(List<String> lines) {
        List<ZoneState.CpuLists> cpus = new ArrayList<>();
        for (int cpu : numbers(lines, "cpu")) {
            cpus.add(new ZoneState.CpuLists(cpu, numbers(lines, "count").get(cpu),
                    numbers(lines, "high").get(cpu + 1), numbers(lines, "batch").get(cpu), 0,
                    List.of()));
        }
        return cpus;
    }

    private static int number(List<String> lines, String name) {
        List<Integer> all = numbers(lines, name);
        return all.isEmpty() ? 0 : all.getFirst();
    }

    private static List<Integer> numbers(List<String> lines, String name) {
        return lines.stream().map(line -> NUMBER.matcher(line.strip())).filter(Matcher::matches)
                .filter(line -> Objects.equals(line.group(1), name))
                .map(line -> Integer.valueOf(line.group(2))).toList();
    }
}
