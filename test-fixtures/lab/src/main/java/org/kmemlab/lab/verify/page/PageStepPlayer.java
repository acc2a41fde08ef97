package org.kmemlab.lab.verify.page;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.BadPageException;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.lab.steps.StepFormatException;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.ZoneSpan;

/// Executes the operations of a page log on our allocator and answers in the log's words.
final class PageStepPlayer {

    /// What a slot of the script holds: a block of an order, or an exact number of bytes.
    private record Held(int pfn, int order, long exactBytes) {}

    private final Machine machine;
    private final Map<Integer, Held> slots = new HashMap<>();
    private PageAllocator pages;
    private Cpu cpu;

    PageStepPlayer(Machine machine, List<ZoneState> start, Cpu cpu) {
        this.machine = machine;
        this.pages = new PageAllocator(machine, start);
        this.cpu = cpu;
    }

    /// Continues from another state; what the slots hold stays in use.
    void reload(List<ZoneState> state) {
        pages = new PageAllocator(machine, state);
    }

    /// Lets the background reclaimers run that are awake.
    void letKswapdRun() {
        machine.clock().advance(1);
    }

    PageAllocator pages() {
        return pages;
    }

    /// What an operation answers.
    ///
    /// @param result what was handed out or done
    /// @param totals what nobody uses afterwards; null if the operation does not say
    /// @param reclaimed whether our allocator tried to make memory free for it
    record Answer(String result, PageAllocator.@Nullable Totals totals, boolean reclaimed) {

        boolean isRefusal() {
            return result.equals("NULL");
        }

        /// The answer as the log prints it.
        String text() {
            return totals == null ? result
                    : (result + " buddy=" + totals.freePages() + " pcp=" + totals.perCpuPages())
                            .strip();
        }
    }

    /// Executes one operation.
    ///
    /// @throws StepFormatException for an operation that is not of page logs
    Answer execute(StepLine step) {
        if (step.op().equals("cpu")) {
            cpu = machine.cpu(step.number(0));
            return new Answer("0 now=" + cpu.id(), null, false);
        }
        long before = stalls();
        try {
            String result = answer(step);
            return new Answer(result, pages.totals(), stalls() > before);
        } catch (BadPageException refused) {
            // After a line that differed our allocator may not hold what the kernel's holds.
            return new Answer(String.valueOf(refused.getMessage()), pages.totals(), false);
        }
    }

    /// Passes of direct reclaim so far.
    private long stalls() {
        return pages.vmStat().stalls().stream().mapToLong(Long::longValue).sum();
    }

    private String answer(StepLine step) {
        return switch (step.op()) {
            case "ap" -> alloc(step, -1, step.gfp(2), false);
            case "apn" -> alloc(step, step.number(3), step.gfp(2), true);
            case "fp" -> free(step);
            case "apb" -> allocBulk(step);
            case "ape" -> allocExact(step);
            case "fpe" -> freeExact(step);
            case "drain" -> {
                pages.drainAllPages(cpu);
                yield "";
            }
            default -> throw new StepFormatException(step, "not an operation of page logs", null);
        };
    }

    private String alloc(StepLine step, int node, GfpFlags gfp, boolean showNode) {
        int order = step.number(1);
        int pfn = pages.allocPagesNode(cpu, node, gfp, order);
        slots.remove(step.number(0));
        if (pfn == PageAllocator.NONE) {
            return "NULL";
        }
        slots.put(step.number(0), new Held(pfn, order, 0));
        ZoneSpan zone = zoneOf(pfn);
        return "pfn=" + Integer.toHexString(pfn) + (showNode ? " node=" + zone.node() : "")
                + " zone=" + zone.type().label() + " pb="
                + pages.memMap().pageblockType(pfn).ordinal();
    }

    private String free(StepLine step) {
        Held held = slots.remove(step.number(0));
        if (held == null) {
            return "EMPTY";
        }
        pages.freePages(cpu, held.pfn, held.order);
        return "pfn=" + Integer.toHexString(held.pfn);
    }

    private String allocBulk(StepLine step) {
        int[] pfns = new int[step.number(1)];
        Arrays.fill(pfns, PageAllocator.NONE);
        int got = pages.allocPagesBulk(cpu, -1, step.gfp(2), pfns);
        StringBuilder text = new StringBuilder("got=" + got);
        for (int i = 0; i < got; i++) {
            slots.put(step.number(0) + i, new Held(pfns[i], 0, 0));
            text.append(' ').append(Integer.toHexString(pfns[i]));
        }
        return text.toString();
    }

    private String allocExact(StepLine step) {
        int bytes = step.number(1);
        int pfn = pages.allocPagesExact(cpu, bytes, step.gfp(2));
        if (pfn == PageAllocator.NONE) {
            return "NULL";
        }
        slots.put(step.number(0), new Held(pfn, 0, bytes));
        return "pfn=" + Integer.toHexString(pfn);
    }

    private String freeExact(StepLine step) {
        Held held = slots.remove(step.number(0));
        if (held == null) {
            return "EMPTY";
        }
        pages.freePagesExact(cpu, held.pfn, held.exactBytes);
        return "";
    }

    private ZoneSpan zoneOf(int pfn) {
        return machine.config().zones().stream()
                .filter(zone -> pfn >= zone.startPfn() && pfn < zone.endPfn()).findFirst()
                .orElseThrow();
    }
}
