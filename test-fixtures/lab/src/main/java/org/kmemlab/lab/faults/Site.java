package org.kmemlab.lab.faults;

import java.util.List;

import org.kmemlab.sweep.CallSite;
import org.kmemlab.sweep.FaultLayer;

/// A place that asks for memory: the call stack down to the public API, and the layer that is asked.
///
/// @param layer in lower case
/// @param entry the function of the public API
/// @param frames its callers, innermost first
public record Site(String layer, String entry, List<String> frames) {

    /// Copies the frames.
    public Site {
        frames = List.copyOf(frames);
    }

    static Site of(FaultLayer layer, CallSite site) {
        return new Site(layer.label(), site.entry(), site.frames());
    }

    @Override
    public String toString() {
        return layer + " by " + entry + " at " + (frames.isEmpty() ? "?" : frames.getFirst());
    }
}
