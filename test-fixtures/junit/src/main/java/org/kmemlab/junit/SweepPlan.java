package org.kmemlab.junit;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.kmemlab.fault.FaultCall;
import org.kmemlab.fault.FaultPlan;

/// Counts the allocations of one run and lets those fail that the sweep has chosen.
final class SweepPlan implements FaultPlan {

    private static final int FRAMES_SHOWN = 12;
    private static final int SITES_SHOWN = 5;
    private static final String LIBRARY = "org.kmemlab.";
    private static final List<String> LAYERS = List.of(LIBRARY + "fault.", LIBRARY + "buddy.",
            LIBRARY + "slab.", LIBRARY + "mempool.", LIBRARY + "api.");
    private static final String OWN = SweepPlan.class.getName();
    private static final List<String> OUTSIDE = List.of("java.", "jdk.", "org.junit.",
            Faults.class.getName(), SweepInvocation.class.getName());

    private final FaultSweep sweep;
    private final SweepFault fault;
    private final List<String> injected = new ArrayList<>();
    /// Where what was asked for, by the name of the cache.
    private final Map<String, Set<String>> sites = new TreeMap<>();
    private boolean armed;
    private int count;
    private int lastHit;

    SweepPlan(FaultSweep sweep, SweepFault fault) {
        this.sweep = sweep;
        this.fault = fault;
    }

    void setArmed(boolean on) {
        armed = on;
    }

    @Override
    public boolean fails(FaultCall call) {
        List<String> stack = callers();
        String caller = stack.isEmpty() ? "?" : stack.getFirst();
        sites.computeIfAbsent(call.target(), name -> new LinkedHashSet<>()).add(caller);
        boolean counts = armed && (sweep.cache().isEmpty() || sweep.cache().equals(call.target()))
                && (sweep.site().isEmpty()
                        || stack.stream().anyMatch(frame -> frame.startsWith(sweep.site())));
        if (!counts || !fault.isHit(++count)) {
            return false;
        }
        lastHit = count;
        injected.add(describe(call, stack));
        return true;
    }

    private String describe(FaultCall call, List<String> stack) {
        return "allocation " + count + " failed: " + call.point()
                + (call.target().isEmpty() ? "" : ", " + call.target()) + ", size " + call.size()
                + ", asked for at\n    " + String.join("\n    ", stack);
    }

    /// The code under test above the allocators, innermost first.
    private static List<String> callers() {
        return StackWalker.getInstance().walk(frames -> frames
                .dropWhile(frame -> startsWithOne(frame.getClassName(), LAYERS)
                        || frame.getClassName().startsWith(OWN))
                .filter(frame -> !startsWithOne(frame.getClassName(), OUTSIDE))
                .limit(FRAMES_SHOWN)
                .map(frame -> frame.getClassName() + "." + frame.getMethodName() + "("
                        + frame.getFileName() + ":" + frame.getLineNumber() + ")")
                .toList());
    }

    private static boolean startsWithOne(String text, List<String> prefixes) {
        return prefixes.stream().anyMatch(text::startsWith);
    }

    /// How many allocations could have failed.
    int count() {
        return count;
    }

    /// Whether a fault was injected.
    boolean hasFired() {
        return !injected.isEmpty();
    }

    /// Whether the last of the chosen allocations was met.
    boolean hasFiredLast() {
        return lastHit >= Math.max(fault.first(), fault.second()) && lastHit > 0;
    }

    /// What was injected and where; the first ones.
    List<String> injected() {
        return injected.stream().limit(2).toList();
    }

    /// Where objects of a cache were asked for in this run; empty if nowhere.
    List<String> sitesOf(String cache) {
        return sites.getOrDefault(cache, Set.of()).stream().limit(SITES_SHOWN).toList();
    }
}
