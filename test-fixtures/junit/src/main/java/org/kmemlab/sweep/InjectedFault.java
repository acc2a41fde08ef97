package org.kmemlab.sweep;

import org.kmemlab.fault.FaultCall;

/// One allocation that was made to fail.
///
/// @param layer where it was made
/// @param ordinal which one of its layer it was, from 1
/// @param count which one of all layers it was, from 1
/// @param call what was asked for
/// @param site where it was asked for; [CallSite#UNKNOWN] if nobody listened
public record InjectedFault(FaultLayer layer, int ordinal, int count, FaultCall call,
        CallSite site) {

    @Override
    public String toString() {
        return "allocation " + count + " failed: " + call.point()
                + (call.target().isEmpty() ? "" : ", " + call.target()) + ", size " + call.size()
                + ", asked for at\n    " + String.join("\n    ", site.frames());
    }
}
