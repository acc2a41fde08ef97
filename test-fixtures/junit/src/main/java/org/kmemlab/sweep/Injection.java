package org.kmemlab.sweep;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.kmemlab.api.Kernel;
import org.kmemlab.fault.FaultCall;

/// Counts the allocations of one run, and lets those fail that a [FaultChoice] names.
///
/// Only allocations made while it is armed count. Good for one run on one kernel.
public final class Injection {

    /// Hears of the allocations of a run.
    public interface Listener {

        /// An allocation is about to be decided about.
        ///
        /// @param armed whether allocations count now
        /// @return whether this one counts, and so may fail
        boolean hears(FaultLayer layer, FaultCall call, CallSite site, boolean armed);
    }

    private static final int SITES_SHOWN = 5;

    private final FaultChoice choice;
    private final @Nullable Listener listener;
    private final Predicate<String> isHarness;
    private final List<InjectedFault> injected = new ArrayList<>();
    /// Where what was asked for, by the name of the cache.
    private final Map<String, LinkedHashSet<String>> sites = new TreeMap<>();
    private @Nullable ObjectOrigins origins;
    private final int[] ordinals = new int[FaultLayer.values().length];
    private boolean armed;
    private int count;

    /// An injection that is not armed yet.
    ///
    /// @param isHarness says of a class name whether it only runs the code under test, and so is left
    ///        out of call sites
    /// @param listener null for none: then nobody learns call sites, and no stack is walked
    public Injection(FaultChoice choice, Predicate<String> isHarness,
            @Nullable Listener listener) {
        this.choice = choice;
        this.listener = listener;
        this.isHarness = isHarness;
    }

    /// Decides about all later allocations in these layers of a kernel.
    public void follow(Kernel kernel, Collection<FaultLayer> layers) {
        for (FaultLayer layer : layers) {
            layer.follow(kernel, call -> fails(layer, call));
        }
    }

    /// Remembers from now on where each object of a kernel was allocated, so that leaks can be named.
    /// The stacks of pages are known if it was booted with `page_owner=on`. Changes nothing that the run
    /// does; costs a walk over the stack for each allocation.
    public void trackOrigins(Kernel kernel) {
        origins = new ObjectOrigins(isHarness);
        kernel.slab().observe(origins);
    }

    /// Where an object was allocated; null if nobody knows.
    @Nullable
    CallSite originOf(long address) {
        return origins == null ? null : origins.of(address);
    }

    private boolean fails(FaultLayer layer, FaultCall call) {
        CallSite site = CallSite.UNKNOWN;
        boolean counts = armed;
        if (listener != null) {
            site = CallSite.ofCaller(isHarness);
            sites.computeIfAbsent(call.target(), name -> new LinkedHashSet<>())
                    .addLast(site.caller());
            counts = listener.hears(layer, call, site, armed) && armed;
        }
        if (!counts || !isChosen(layer)) {
            return false;
        }
        injected.add(
                new InjectedFault(layer, ordinals[layer.ordinal()], count, call, site));
        return true;
    }

    private boolean isChosen(FaultLayer layer) {
        count++;
        int ordinal = ++ordinals[layer.ordinal()];
        return choice.fails(layer, ordinal, count);
    }

    /// Lets allocations count and fail from now on, or not any more.
    public void setArmed(boolean on) {
        armed = on;
    }

    /// How many allocations counted.
    public int count() {
        return count;
    }

    /// Whether an allocation was made to fail.
    public boolean hasFired() {
        return !injected.isEmpty();
    }

    /// The allocations that were made to fail, in their order.
    public List<InjectedFault> injected() {
        return List.copyOf(injected);
    }

    /// Where objects of a cache, or with an empty name pages, were asked for in this run, the latest
    /// first. Empty if nowhere, or if nobody listens.
    List<String> sitesOf(String cache) {
        return sites.getOrDefault(cache, new LinkedHashSet<>()).reversed().stream()
                .limit(SITES_SHOWN).toList();
    }
}
