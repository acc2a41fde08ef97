package org.kmemlab.fault;

import java.util.List;

import org.apache.commons.lang3.Validate;
import org.kmemlab.machine.StackDump;

/// Limits failures to calls from some code. Where the kernel compares addresses of stack frames
/// (`require-start` ... `reject-end`), this compares names of Java's: each frame is
/// `package.Class.method`, and a filter is a prefix of that.
///
/// @param depth how many frames to look at, from the innermost caller of the fault point outwards
/// @param require one of the frames must begin with one of these; empty for any caller
/// @param reject none of the frames up to the one that [#require] finds may begin with one of these
public record StackFilter(int depth, List<String> require, List<String> reject) {

    /// The most frames that are looked at, and the default.
    public static final int DEPTH_MAX = 32;

    /// Lets every call through.
    public static final StackFilter ANY = new StackFilter(DEPTH_MAX, List.of(), List.of());

    /// Checks the depth and copies the lists.
    public StackFilter {
        Validate.isTrue(depth >= 0 && depth <= DEPTH_MAX, "stacktrace-depth %d: expected 0 to %d",
                depth, DEPTH_MAX);
        require = List.copyOf(require);
        reject = List.copyOf(reject);
    }

    /// Only calls from code whose frames begin with one of these.
    public static StackFilter requiring(String... prefixes) {
        return new StackFilter(DEPTH_MAX, List.of(prefixes), List.of());
    }

    /// Only calls from other code than this.
    public static StackFilter rejecting(String... prefixes) {
        return new StackFilter(DEPTH_MAX, List.of(), List.of(prefixes));
    }

    /// Whether it looks at the stack at all.
    boolean isOn() {
        return !require.isEmpty() || !reject.isEmpty();
    }

    /// Whether the calling thread's stack passes.
    boolean accepts() {
        return !isOn() || accepts(StackDump.methods(depth, FaultAttr::isOwn));
    }

    private boolean accepts(List<String> frames) {
        for (String frame : frames) {
            if (startsWithOne(frame, reject)) {
                return false;
            }
            if (startsWithOne(frame, require)) {
                return true;
            }
        }
        return require.isEmpty();
    }

    private static boolean startsWithOne(String frame, List<String> prefixes) {
        for (String prefix : prefixes) {
            if (frame.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
