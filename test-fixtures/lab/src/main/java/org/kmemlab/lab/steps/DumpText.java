package org.kmemlab.lab.steps;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import org.kmemlab.buddy.ZoneState;
import org.kmemlab.machine.ZoneType;

/// Writes the page state of our allocator as the dump lines of a step log.
public final class DumpText {

    private DumpText() {
    }

    /// The lines of one dump operation.
    ///
    /// @param op `pb`, `bi`, `fl` or `pcp`
    public static List<String> lines(String op, List<ZoneState> zones) {
        List<String> lines = new ArrayList<>();
        for (ZoneState zone : zones) {
            switch (op) {
                case "pb" -> lines.add(pageblocks(zone));
                case "bi" -> lines.add(info(zone));
                case "fl" -> freeLists(zone, lines);
                case "pcp" -> cpuLists(zone, lines);
                default -> throw new IllegalArgumentException("dump operation '" + op
                        + "': expected pb, bi, fl or pcp");
            }
        }
        return lines;
    }

    private static String where(ZoneState zone) {
        return "node=" + zone.span().node() + " zone=" + zone.span().type().label();
    }

    private static String pageblocks(ZoneState zone) {
        String types = zone.pageblockTypes().stream().map(type -> "" + type.ordinal())
                .collect(Collectors.joining());
        return "pb " + where(zone) + " start=" + Integer.toHexString(zone.span().startPfn())
                + " spanned=" + zone.span().spannedPages() + " present="
                + zone.span().presentPages() + " managed=" + zone.span().managedPages() + " types="
                + types;
    }

    private static String info(ZoneState zone) {
        StringBuilder text = new StringBuilder("bi " + where(zone) + " nr_free=");
        text.append(Arrays.stream(zone.nrFree()).mapToObj(Integer::toString)
                .collect(Collectors.joining(",")));
        for (ZoneState.CpuLists cpu : zone.perCpu()) {
            text.append(" cpu").append(cpu.cpu()).append(":count=").append(cpu.countPages())
                    .append(",high=").append(cpu.high()).append(",batch=").append(cpu.batch())
                    .append(",free_factor=").append(cpu.freeFactor());
        }
        text.append(" vm_nr_free=").append(zone.countedFreePages()).append(" min=")
                .append(zone.watermarks().min()).append(" low=").append(zone.watermarks().low())
                .append(" high=").append(zone.watermarks().high()).append(" hatomic=")
                .append(zone.highatomicPages()).append(" boost=").append(zone.boostPages());
        return text + " lowmem_reserve=" + zone.lowmemReserve().stream()
                .limit(ZoneType.values().length).map(Object::toString)
                .collect(Collectors.joining(","));
    }

    private static void freeLists(ZoneState zone, List<String> lines) {
        for (ZoneState.FreeList list : zone.freeLists()) {
            lines.add("fl " + where(zone) + " order=" + list.order() + " mt="
                    + list.type().ordinal() + ":" + pfns(list.pfns()));
        }
    }

    private static void cpuLists(ZoneState zone, List<String> lines) {
        for (ZoneState.CpuLists cpu : zone.perCpu()) {
            lines.add("pcp " + where(zone) + " cpu=" + cpu.cpu() + " count=" + cpu.countPages()
                    + " high=" + cpu.high() + " batch=" + cpu.batch() + " free_factor="
                    + cpu.freeFactor());
            for (ZoneState.CpuList list : cpu.lists()) {
                lines.add("pcplist zone=" + zone.span().type().label() + " cpu=" + cpu.cpu()
                        + " list=" + list.index() + ":" + pfns(list.pfns()));
            }
        }
    }

    private static String pfns(List<Integer> pfns) {
        return pfns.stream().map(pfn -> " " + Integer.toHexString(pfn))
                .collect(Collectors.joining());
    }
}
