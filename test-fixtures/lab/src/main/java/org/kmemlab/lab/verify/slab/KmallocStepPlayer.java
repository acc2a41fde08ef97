package org.kmemlab.lab.verify.slab;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.kmemlab.lab.steps.GfpWords;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.machine.Cpu;
import org.kmemlab.slab.Kmalloc;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabAllocator;

/// Executes the operations of a log that are about `kmalloc`.
///
/// A log says nothing of the slabs that the `kmalloc` caches had before it began, so where new
/// memory lies is left out. Memory that keeps its place must keep it in the log, too.
final class KmallocStepPlayer {

    private static final Pattern PLACE = Pattern.compile("( (pfn|off|slab|idx)=\\w+)+");

    private record Held(long address, String recordedPlace) {}

    private static final Held NOTHING = new Held(0, "");

    private final SlabAllocator slab;
    private final Kmalloc kmalloc;
    private final Map<Integer, Held> slots = new HashMap<>();
    private int masked;

    KmallocStepPlayer(SlabAllocator slab) {
        this.slab = slab;
        this.kmalloc = slab.kmalloc();
    }

    /// Places that were not compared so far.
    int masked() {
        return masked;
    }

    /// Executes one operation.
    String execute(StepLine step, Cpu cpu) {
        return switch (step.op()) {
            case "km" -> alloc(step, cpu);
            case "kr" -> resize(step, cpu);
            default -> {
                kmalloc.kfree(cpu, held(step).address);
                slots.remove(step.number(0));
                yield "ok";
            }
        };
    }

    private Held held(StepLine step) {
        return slots.getOrDefault(step.number(0), NOTHING);
    }

    private String alloc(StepLine step, Cpu cpu) {
        long address = kmalloc.kmalloc(cpu, number(step.text(1)), GfpWords.parse(step.text(2)));
        if (address == 0) {
            return "NULL";
        }
        String place = recordedPlace(step);
        slots.put(step.number(0), new Held(address, place));
        if (address == Kmalloc.ZERO_SIZE_PTR) {
            return "ZERO_SIZE_PTR ksize=0";
        }
        KmemCache cache = slab.cacheOf(address);
        return "ok" + size(address) + place
                + (cache == null ? " large" : " cache=" + cache.name());
    }

    private String resize(StepLine step, Cpu cpu) {
        Held old = held(step);
        long size = number(step.text(1));
        long address = kmalloc.krealloc(cpu, old.address, size, GfpWords.parse(step.text(2)));
        if (address == 0) {
            return "NULL";
        }
        boolean same = address == old.address;
        String place = same ? old.recordedPlace : recordedPlace(step);
        slots.put(step.number(0), new Held(address, place));
        return (same ? "same" : "moved") + (size == 0 ? "" : size(address)) + place;
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException cause) {
            throw new IllegalArgumentException("'" + text + "' is no size in bytes", cause);
        }
    }

    private String size(long address) {
        return " ksize=" + kmalloc.ksize(address);
    }

    private String recordedPlace(StepLine step) {
        Matcher place = PLACE.matcher(step.result());
        if (!place.find()) {
            return "";
        }
        masked++;
        return place.group();
    }
}
