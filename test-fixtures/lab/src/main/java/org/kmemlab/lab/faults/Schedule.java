package org.kmemlab.lab.faults;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import org.kmemlab.sweep.FaultChoice;
import org.kmemlab.sweep.FaultLayer;
import org.kmemlab.sweep.InjectedFault;

/// Which allocations of a run fail, written `slab:3,page:7`: the third object and the seventh request
/// for pages. Each layer counts for itself, so a schedule means the same whichever other layers are
/// looked at.
///
/// @param faults in any order, each once
public record Schedule(List<Fault> faults) implements FaultChoice {

    /// The run without faults.
    public static final Schedule NONE = new Schedule(List.of());

    /// One allocation that fails.
    ///
    /// @param layer where it is made
    /// @param ordinal which one of its layer it is, from 1
    public record Fault(FaultLayer layer, int ordinal) {

        @Override
        public String toString() {
            return layer.label() + ":" + ordinal;
        }
    }

    /// Copies the list.
    public Schedule {
        faults = List.copyOf(faults);
    }

    /// The faults that a run met.
    static Schedule of(List<InjectedFault> injected) {
        return new Schedule(injected.stream()
                .map(fault -> new Fault(fault.layer(), fault.ordinal())).toList());
    }

    /// Reads what [#toString] writes.
    ///
    /// @throws IllegalArgumentException naming the part that is no fault
    public static Schedule parse(String text) {
        List<Fault> faults = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Fault fault = parseFault(part.strip(), text);
            if (faults.contains(fault)) {
                throw new IllegalArgumentException("schedule '" + text + "': " + fault + " twice");
            }
            faults.add(fault);
        }
        return new Schedule(faults);
    }

    private static Fault parseFault(String part, String text) {
        for (FaultLayer layer : FaultLayer.values()) {
            String prefix = layer.label() + ":";
            if (part.toLowerCase(Locale.ROOT).startsWith(prefix)
                    && part.substring(prefix.length()).matches("[1-9]\\d{0,8}")) {
                return new Fault(layer, Integer.parseInt(part.substring(prefix.length())));
            }
        }
        throw new IllegalArgumentException("schedule '" + text + "': '" + part
                + "' is no fault; expected LAYER:N, N from 1, joined by commas, for example"
                + " slab:3,page:7; layers: " + Arrays.stream(FaultLayer.values())
                        .map(FaultLayer::label).collect(Collectors.joining(", ")));
    }

    @Override
    public boolean fails(FaultLayer layer, int ordinal, int count) {
        for (Fault fault : faults) {
            if (fault.ordinal == ordinal && fault.layer == layer) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return faults.stream().map(Fault::toString).collect(Collectors.joining(","));
    }
}
