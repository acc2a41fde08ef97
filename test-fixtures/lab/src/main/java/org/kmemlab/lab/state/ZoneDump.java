package org.kmemlab.lab.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.Watermarks;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.buddy.ZoneState.CpuList;
import org.kmemlab.buddy.ZoneState.CpuLists;
import org.kmemlab.buddy.ZoneState.FreeList;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.machine.ZoneType;

/// Collects what the lines of a dump say of one zone.
final class ZoneDump {

    private final ZoneSpan span;
    private final List<MigrateType> pageblockTypes;
    private final List<FreeList> freeLists = new ArrayList<>();
    private final Map<Integer, CpuDump> cpus = new TreeMap<>();
    private @Nullable DumpLine info;

    private record CpuDump(int count, int high, int batch, int freeFactor, List<CpuList> lists) {}

    private ZoneDump(ZoneSpan span, List<MigrateType> pageblockTypes) {
        this.span = span;
        this.pageblockTypes = pageblockTypes;
    }

    /// A zone from its `pb` line.
    static ZoneDump of(DumpLine line) throws StateFormatException {
        try {
            ZoneSpan span = new ZoneSpan(line.decimal("node"), zoneType(line), line.hex("start"),
                    line.decimal("spanned"), line.decimal("present"), line.decimal("managed"),
                    List.of());
            List<MigrateType> types = new ArrayList<>();
            for (char digit : line.text("types").toCharArray()) {
                // A pageblock without memory has no type; it is never asked for one.
                types.add(digit == 'x' ? MigrateType.UNMOVABLE : migrateType(line, digit - '0'));
            }
            return new ZoneDump(span, types);
        } catch (IllegalArgumentException cause) {
            StateFormatException failure = line.bad(String.valueOf(cause.getMessage()));
            failure.initCause(cause);
            throw failure;
        }
    }

    static ZoneType zoneType(DumpLine line) throws StateFormatException {
        String name = line.text("zone");
        for (ZoneType type : ZoneType.values()) {
            if (type.label().equals(name)) {
                return type;
            }
        }
        throw line.bad("unknown zone '" + name + "'");
    }

    private static MigrateType migrateType(DumpLine line, int number) throws StateFormatException {
        if (number < 0 || number >= MigrateType.COUNT) {
            throw line.bad("migrate type " + number + ": expected 0 to " + (MigrateType.COUNT - 1));
        }
        return MigrateType.of(number);
    }

    ZoneSpan span() {
        return span;
    }

    /// Takes the zone's `bi` line.
    void info(DumpLine line) {
        info = line;
    }

    /// Takes a `fl` line.
    void freeList(DumpLine line) throws StateFormatException {
        freeLists.add(new FreeList(line.decimal("order"), migrateType(line, line.decimal("mt")),
                line.hexList()));
    }

    /// Takes a `pcp` line.
    void cpu(DumpLine line) throws StateFormatException {
        cpus.put(line.decimal("cpu"),
                new CpuDump(line.decimal("count"), line.decimal("high"), line.decimal("batch"),
                        line.decimal("free_factor"), new ArrayList<>()));
    }

    /// Takes a `pcplist` line.
    void cpuList(DumpLine line) throws StateFormatException {
        CpuDump cpu = cpus.get(line.decimal("cpu"));
        if (cpu == null) {
            throw line.bad("no pcp line before it for cpu " + line.decimal("cpu"));
        }
        cpu.lists.add(new CpuList(line.decimal("list"), line.hexList()));
    }

    /// All that was said.
    ///
    /// @param zones all zones of the dump, from which a reserve that it leaves out is computed
    /// @param where the line that ended the dump, for messages
    ZoneState finish(List<ZoneSpan> zones, DumpLine where) throws StateFormatException {
        DumpLine line = info;
        if (line == null) {
            throw where.bad("the dump before it has no bi line of zone " + span.type().label());
        }
        List<CpuLists> perCpu = new ArrayList<>();
        cpus.forEach((number, cpu) -> perCpu.add(new CpuLists(number, cpu.count, cpu.high,
                cpu.batch, cpu.freeFactor, cpu.lists)));
        int boost = line.has("boost") ? line.decimal("boost") : 0;
        List<Integer> reserve = line.has("lowmem_reserve") ? line.decimals("lowmem_reserve")
                : Arrays.stream(Watermarks.lowmemReserve(zones, zones.indexOf(span))).boxed()
                        .toList();
        Watermarks marks = Watermarks.of(line.decimal("min"), line.decimal("low"),
                line.decimal("high"));
        return new ZoneState(span, pageblockTypes, freeLists, perCpu, marks, reserve,
                line.decimal("vm_nr_free"), line.decimal("hatomic"), boost);
    }
}
