package org.kmemlab.lab.verify.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.lab.steps.GfpWords;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabAllocator;

/// Executes the operations of a log whose reports are checked, on pages with bytes.
final class ReportPlayer {

    private static final String NO_MEMORY = "NULL";

    private record Held(int pfn, int order) {}

    private final Machine machine;
    private final Cpu cpu;
    private final Map<String, Held> slots = new HashMap<>();
    private final Map<String, StepLine> creations = new HashMap<>();
    private final Map<String, KmemCache> caches = new HashMap<>();
    private PageAllocator pages;
    private @Nullable SlabAllocator slabs;

    ReportPlayer(Machine machine, PageAllocator pages) {
        this.machine = machine;
        this.cpu = machine.cpu(0);
        this.pages = pages;
    }

    /// Goes on from another state, without the objects and pages that were handed out.
    void reload(List<ZoneState> state) {
        pages = new PageAllocator(machine, state);
        slabs = null;
        caches.clear();
        slots.clear();
    }

    /// Lets the background reclaimers run that the requests before the state have woken: a request
    /// that is too large to be served wakes them again.
    void letKswapdRun() {
        int pfn = pages.allocPages(cpu, GfpFlags.GFP_NOWAIT.with(GfpFlags.NOWARN),
                KernelProfile.MAX_PAGE_ORDER);
        if (pfn != PageAllocator.NONE) {
            pages.freePages(cpu, pfn, KernelProfile.MAX_PAGE_ORDER);
        }
        machine.clock().advance(1);
    }

    /// Executes one operation.
    ///
    /// @return the answer as the log prints it; null for operations whose answer is checked
    ///         elsewhere
    @Nullable
    String execute(StepLine step) {
        return switch (step.op()) {
            case "ap" -> allocPages(step) + totals();
            case "fp" -> freePages(step) + totals();
            case "fpk" -> {
                Held held = held(step);
                pages.freePages(cpu, held.pfn, held.order);
                yield "ok";
            }
            case "wrp" -> {
                machine.memory().fill(address(step), step.number(3),
                        Integer.decode(step.text(2)).byteValue());
                yield "ok";
            }
            case "rdp" -> read(step);
            case "kc" -> {
                creations.put(step.text(0), step);
                yield null;
            }
            case "ka" -> answer(cache(step.text(0)).alloc(cpu, GfpWords.parse(step.text(2))));
            case "km" -> answer(slabs().kmalloc().kmalloc(cpu, step.number(1),
                    GfpWords.parse(step.text(2))));
            default -> null;
        };
    }

    private String allocPages(StepLine step) {
        int order = step.number(1);
        GfpFlags gfp = GfpWords.parse(step.text(2));
        int pfn = pages.allocPages(cpu, gfp, order);
        if (pfn == PageAllocator.NONE) {
            return NO_MEMORY;
        }
        slots.put(step.text(0), new Held(pfn, order));
        ZoneSpan zone = machine.config().zones().stream()
                .filter(span -> pfn >= span.startPfn() && pfn < span.endPfn()).findFirst()
                .orElseThrow();
        return "pfn=" + Integer.toHexString(pfn) + " zone=" + zone.type().label() + " pb="
                + pages.memMap().pageblockType(pfn).ordinal();
    }

    private String freePages(StepLine step) {
        Held held = slots.remove(step.text(0));
        if (held == null) {
            return "EMPTY";
        }
        pages.freePages(cpu, held.pfn, held.order);
        return "pfn=" + Integer.toHexString(held.pfn);
    }

    private String totals() {
        PageAllocator.Totals totals = pages.totals();
        return " buddy=" + totals.freePages() + " pcp=" + totals.perCpuPages();
    }

    private Held held(StepLine step) {
        Held held = slots.get(step.text(0));
        if (held == null) {
            throw new IllegalArgumentException("step " + step + ": slot " + step.text(0)
                    + " holds nothing here");
        }
        return held;
    }

    private long address(StepLine step) {
        return machine.memory().addressOf(held(step).pfn) + step.number(1);
    }

    private String read(StepLine step) {
        PhysicalMemory memory = machine.memory();
        List<String> bytes = new ArrayList<>();
        for (int i = 0; i < step.number(2); i++) {
            bytes.add("%02x".formatted(memory.getByte(address(step) + i)));
        }
        return String.join(" ", bytes);
    }

    private SlabAllocator slabs() {
        SlabAllocator existing = slabs;
        if (existing == null) {
            existing = new SlabAllocator(pages);
            slabs = existing;
            // What booting prints was printed long before the log starts.
            machine.log().clear();
        }
        return existing;
    }

    private KmemCache cache(String name) {
        SlabAllocator allocator = slabs();
        return caches.computeIfAbsent(name, key -> {
            StepLine step = creations.get(key);
            if (step == null) {
                throw new IllegalArgumentException("cache " + key + " was never created");
            }
            return allocator.createCache(KmemCacheArgs.of(step.text(1), step.number(2))
                    .withAlign(step.number(3))
                    .withFlags(
                            allocator.settings().flagWords().flags(Integer.decode(step.text(4)))));
        });
    }

    private static String answer(long address) {
        return address == 0 ? NO_MEMORY : "ok";
    }
}
