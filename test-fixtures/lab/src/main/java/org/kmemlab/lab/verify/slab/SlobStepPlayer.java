package org.kmemlab.lab.verify.slab;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.steps.SlobText;
import org.kmemlab.lab.steps.StepFormatException;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.lab.verify.slab.SlabStepPlayer.Answer;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.slab.Kmalloc;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.MisusePolicy;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabGeometry;
import org.kmemlab.slab.SlobView;

/// Executes the operations of a log of a kernel with SLOB and answers in the log's words.
///
/// A log that begins with the state of the heap is followed exactly; only which frames new pages and
/// large blocks get is taken from it. Without a state nobody knows where the first block lies, so
/// places are left out, except that memory which keeps its place must keep it in the log, too.
final class SlobStepPlayer {

    private static final Pattern PLACE = Pattern.compile(" ?pfn=([0-9a-f]{1,7}) off=[0-9]+");
    private static final int NO_CACHES = -1;

    /// What a slot holds.
    ///
    /// @param cache null for memory of `kmalloc`
    /// @param place where it lies by the log
    private record Held(long address, @Nullable KmemCache cache, String place) {}

    private static final Held NOTHING = new Held(0, null, "");

    private final Machine machine;
    private final Cpu cpu;
    private final SlabAllocator slab;
    private final RecordedSlabPages pages;
    private final Map<Integer, KmemCache> caches = new HashMap<>();
    private final Map<Integer, Held> slots = new HashMap<>();
    private boolean isExact;
    private int masked;
    private int taken;
    private int ctorCalls;

    SlobStepPlayer(Machine machine) {
        this.machine = machine;
        this.cpu = machine.cpu(0);
        PageAllocator below = new PageAllocator(machine);
        pages = new RecordedSlabPages(below, new ObjectBinding(false));
        slab = new SlabAllocator(below, pages, MisusePolicy.REFUSE);
    }

    SlabAllocator allocator() {
        return slab;
    }

    /// Values that were taken from the log so far: the first state, and frames.
    int taken() {
        return taken + pages.newSlabs();
    }

    /// Places that were not compared so far.
    int masked() {
        return masked;
    }

    /// Begins with the state of the heap that a log has.
    ///
    /// @throws StepFormatException if the state does not fit the machine or itself
    void begin(StepLine state) {
        // From now on all frames are those of the log, none is ours.
        pages.setOwnCaches(NO_CACHES);
        SlobView heap = SlobText.parse(state);
        heap.lists().forEach(list -> pages.adopt(list.stream().map(SlobView.Page::pfn).toList()));
        try {
            slab.restoreSlob(heap);
        } catch (IllegalArgumentException damaged) {
            throw new StepFormatException(state, String.valueOf(damaged.getMessage()), damaged);
        }
        isExact = true;
        taken += state.dump().size();
    }

    /// Whether nothing was executed so far that a state would contradict.
    boolean isFresh() {
        return !isExact && slots.isEmpty();
    }

    /// Executes one operation.
    ///
    /// @throws StepFormatException for an operation that is not of logs of SLOB
    Answer execute(StepLine step) {
        Matcher frame = PLACE.matcher(step.result());
        pages.offer(frame.find() ? List.of(Integer.parseInt(frame.group(1), 16)) : List.of());
        Answer answer = switch (step.op()) {
            case "kc" -> Answer.of(create(step));
            case "ka" -> Answer.of(allocObject(step));
            case "kf" -> Answer.of(freeObject(step));
            case "km" -> Answer.of(alloc(step));
            case "kmf" -> Answer.of(free(step));
            case "kr" -> Answer.of(resize(step));
            case "slobst" -> new Answer("", SlobText.lines(slab.slob()));
            default -> throw new StepFormatException(step, "not an operation of logs of SLOB",
                    null);
        };
        machine.clock().advance(slab.rcu().graceJiffies());
        return answer;
    }

    private String create(StepLine step) {
        KmemCacheArgs args = KmemCacheArgs.of(step.text(1), step.number(2))
                .withAlign(step.number(3))
                .withFlags(slab.settings().flagWords().flags(Integer.decode(step.text(4))));
        if (step.number(5) > 0) {
            args = args.withCtor((memory, address) -> ctorCalls++);
        }
        KmemCache cache = slab.createCache(args);
        caches.put(step.number(0), cache);
        SlabGeometry geometry = cache.geometry();
        return "name=" + cache.name() + " object_size=" + geometry.objectSize() + " size="
                + geometry.size() + " align=" + geometry.align() + " flags="
                + slab.settings().flagWords().hex(geometry.flags());
    }

    private KmemCache cache(StepLine step) {
        KmemCache cache = caches.get(step.number(0));
        if (cache == null) {
            throw new StepFormatException(step, "no such cache was created", null);
        }
        return cache;
    }

    private String allocObject(StepLine step) {
        KmemCache cache = cache(step);
        ctorCalls = 0;
        long address = cache.alloc(cpu, step.gfp(2));
        keep(step.number(1), address, cache, step);
        return (place(address, recordedPlace(step)) + " ctor=" + ctorCalls).strip();
    }

    private String freeObject(StepLine step) {
        Held held = slots.remove(step.number(0));
        if (held == null || held.cache == null) {
            return "EMPTY";
        }
        held.cache.free(cpu, held.address);
        return place(held.address, held.place).strip();
    }

    private String alloc(StepLine step) {
        long address = slab.kmalloc().kmalloc(cpu, step.number(1), step.gfp(2));
        keep(step.number(0), address, null, step);
        if (address == 0) {
            return "NULL";
        }
        return address == Kmalloc.ZERO_SIZE_PTR ? "ZERO_SIZE_PTR ksize=0"
                : "ok" + sized(address, recordedPlace(step));
    }

    private String free(StepLine step) {
        Held held = slots.remove(step.number(0));
        slab.kmalloc().kfree(cpu, held == null ? 0 : held.address);
        return "ok";
    }

    private String resize(StepLine step) {
        Held old = slots.getOrDefault(step.number(0), NOTHING);
        long address = slab.kmalloc().krealloc(cpu, old.address, step.number(1), step.gfp(2));
        boolean same = address == old.address;
        String recorded = same ? old.place : recordedPlace(step);
        slots.put(step.number(0), new Held(address, null, recorded));
        if (address == 0) {
            return "NULL";
        }
        String word = same ? "same" : "moved";
        return address == Kmalloc.ZERO_SIZE_PTR ? word : word + sized(address, recorded);
    }

    private String sized(long address, String recordedPlace) {
        return " ksize=" + slab.kmalloc().ksize(address) + place(address, recordedPlace);
    }

    private void keep(int slot, long address, @Nullable KmemCache cache, StepLine step) {
        if (address != 0) {
            slots.put(slot, new Held(address, cache, recordedPlace(step)));
        }
    }

    private static String recordedPlace(StepLine step) {
        Matcher place = PLACE.matcher(step.result());
        return place.find() ? place.group() : "";
    }

    /// Our place; without a state the recorded one, which then tells nothing.
    private String place(long address, String recorded) {
        if (!isExact) {
            masked += recorded.isEmpty() ? 0 : 1;
            return recorded;
        }
        int pfn = machine.memory().pfnOf(address);
        return address == 0 ? " NULL"
                : " pfn=" + Integer.toHexString(pfn) + " off="
                        + (address - machine.memory().addressOf(pfn));
    }
}
