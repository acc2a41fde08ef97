package org.kmemlab.lab.verify.fault;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.steps.GfpWords;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.lab.verify.slab.SlabStepPlayer;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.Task;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.slab.Kmalloc;

/// Executes the operations of a log made under fault injection, on pages and on objects.
///
/// Such a log has no state of the pages, so where pages lie is taken from it; whether a request is
/// served at all, from which zone, and how the sum of free pages changes is computed. Of the
/// `kmalloc` caches nothing is known either: they are taken to have had room for what the log asks.
/// Users that the log does not show may free a block between two lines, in an interrupt; that is
/// inferred from the sum, counted as taken, and refused if it happens too often to be true.
final class FaultStepPlayer {

    private static final Pattern GOT =
            Pattern.compile("pfn=([0-9a-f]+) zone=\\w+ pb=(\\d+) buddy=\\d+ pcp=\\d+");
    private static final Pattern TOTALS = Pattern.compile("(.*?) ?buddy=(\\d+) pcp=(\\d+)");
    /// Values of a line that are not compared by themselves.
    private static final int MASKED_OF_BLOCK = 3;
    /// Lines on pages for each block that a user who is not shown may free.
    private static final int LINES_PER_HIDDEN_FREE = 40;

    private record Held(int ours, int order, String recorded) {}

    private final Machine machine;
    private final Cpu cpu;
    private final Task task;
    private final PageAllocator pages;
    private final SlabStepPlayer objects;
    private final Map<Integer, Held> slots = new HashMap<>();
    private int masked;
    private int pageLines;
    private boolean knowsSurplus;
    private int surplusesTaken;
    private int hiddenFrees;
    /// How many more free pages the recorded machine has than ours.
    private long recordedSurplus;

    FaultStepPlayer(Machine machine, Cpu cpu) {
        this.machine = machine;
        this.cpu = cpu;
        this.task = Objects.requireNonNull(cpu.task());
        this.pages = new PageAllocator(machine);
        this.objects = new SlabStepPlayer(machine, cpu, pages,
                recorded -> new FaultSlabPages(pages, recorded));
    }

    /// The attributes of a fault point.
    FaultAttributes attributes(String point) {
        return point.equals(FaultCase.FAILSLAB)
                ? FaultAttributes.of(objects.allocator().failslab())
                : FaultAttributes.of(pages.failPageAlloc());
    }

    int masked() {
        return masked + objects.masked();
    }

    int taken() {
        return objects.taken() + surplusesTaken + hiddenFrees;
    }

    /// Gives the `kmalloc` caches room for all that a log asks for, before anything can fail.
    void warmUp(List<StepLine> steps) {
        Kmalloc kmalloc = objects.allocator().kmalloc();
        List<Long> blocks = new ArrayList<>();
        for (StepLine step : steps) {
            int size = step.op().equals("km") ? step.number(1) : 0;
            if (size > 0 && size <= Kmalloc.MAX_CACHE_SIZE) {
                blocks.add(kmalloc.kmalloc(cpu, size, GfpFlags.GFP_KERNEL));
            }
        }
        blocks.forEach(block -> kmalloc.kfree(cpu, block));
    }

    /// Executes one operation.
    ///
    /// @return its answer in the log's words; what follows the arguments for operations that print
    ///         no result
    String execute(StepLine step) {
        return switch (step.op()) {
            case "ap" -> withTotals(step, alloc(step));
            case "fp" -> withTotals(step, free(step));
            case "fnth" -> {
                String before = "(fail_nth before=" + task.failNth() + ")";
                task.setFailNth(step.number(0));
                yield before;
            }
            case "fnthq" -> "fail_nth=" + task.failNth();
            case "kd" -> {
                // The recorder pauses after a script, and others use memory meanwhile.
                knowsSurplus = false;
                yield objects.execute(step).result();
            }
            default -> objects.execute(step).result();
        };
    }

    /// What the log says, to be compared with [#execute].
    static String recorded(StepLine step) {
        return step.op().equals("fnth")
                ? String.join(" ", step.args().subList(1, step.args().size()))
                : step.result();
    }

    private String alloc(StepLine step) {
        int order = step.number(1);
        int pfn = pages.allocPages(cpu, GfpWords.parse(step.text(2)), order);
        slots.remove(step.number(0));
        if (pfn == PageAllocator.NONE) {
            return "NULL";
        }
        Matcher got = GOT.matcher(step.result());
        String recorded = got.matches() ? got.group(1) : "(any)";
        String type = got.matches() ? got.group(2) : "(any)";
        masked += MASKED_OF_BLOCK;
        slots.put(step.number(0), new Held(pfn, order, recorded));
        return "pfn=" + recorded + " zone=" + zoneOf(pfn) + " pb=" + type;
    }

    private String free(StepLine step) {
        Held held = slots.remove(step.number(0));
        if (held == null) {
            return "EMPTY";
        }
        pages.freePages(cpu, held.ours, held.order);
        return "pfn=" + held.recorded;
    }

    private String zoneOf(int pfn) {
        for (ZoneSpan zone : machine.config().zones()) {
            if (pfn >= zone.startPfn() && pfn < zone.startPfn() + zone.spannedPages()) {
                return zone.type().label();
            }
        }
        return "none";
    }

    /// Adds the totals: the split is the log's, the sum moves as ours does since the first line.
    private String withTotals(StepLine step, String answer) {
        Matcher recorded = TOTALS.matcher(step.result());
        if (!recorded.matches()) {
            return answer;
        }
        PageAllocator.Totals totals = pages.totals();
        long perCpu = Long.parseLong(recorded.group(3));
        long ours = totals.freePages() + totals.perCpuPages();
        long theirs = Long.parseLong(recorded.group(2)) + perCpu;
        long surplus = theirs - ours - recordedSurplus;
        pageLines++;
        if (!knowsSurplus) {
            knowsSurplus = true;
            surplusesTaken++;
            recordedSurplus = theirs - ours;
        } else if (surplus > 0 && Long.bitCount(surplus) == 1
                && hiddenFrees < 1 + pageLines / LINES_PER_HIDDEN_FREE) {
            hiddenFrees++;
            recordedSurplus += surplus;
        }
        long buddy = ours + recordedSurplus - perCpu;
        return StringUtils.strip(answer + " buddy=" + buddy + " pcp=" + perCpu);
    }
}
