package org.kmemlab.lab.faults;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.kmemlab.fault.FaultCall;
import org.kmemlab.sweep.CallSite;
import org.kmemlab.sweep.FaultLayer;
import org.kmemlab.sweep.Injection;

/// Notes every allocation of a run and where it was made.
final class CallTrace implements Injection.Listener {

    /// An allocation that could have failed.
    record Call(Schedule.Fault fault, Site site) {}

    private final List<Call> calls = new ArrayList<>();
    private final Set<Site> unarmed = new LinkedHashSet<>();
    private final int[] ordinals = new int[FaultLayer.values().length];

    @Override
    public boolean hears(FaultLayer layer, FaultCall call, CallSite where, boolean armed) {
        Site site = Site.of(layer, where);
        if (armed) {
            int ordinal = ++ordinals[layer.ordinal()];
            calls.add(new Call(new Schedule.Fault(layer, ordinal), site));
        } else {
            unarmed.add(site);
        }
        return true;
    }

    /// The allocations that could have failed, in their order.
    List<Call> calls() {
        return calls;
    }

    /// Where memory was asked for by calls that may not fail.
    Set<Site> unarmed() {
        return unarmed;
    }
}
