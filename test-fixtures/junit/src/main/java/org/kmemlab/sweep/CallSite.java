package org.kmemlab.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Where memory is asked for.
///
/// @param entry the function of the public API that was called; empty if no frame is one
/// @param frames the callers above it as `package.Class.method(File.java:line)`, innermost first
public record CallSite(String entry, List<String> frames) {

    /// Where nobody looked.
    public static final CallSite UNKNOWN = new CallSite("", List.of());

    private static final int FRAMES_KEPT = 12;
    private static final String LIBRARY = "org.kmemlab.";
    private static final List<String> LAYERS = List.of(LIBRARY + "fault.", LIBRARY + "buddy.",
            LIBRARY + "slab.", LIBRARY + "mempool.", LIBRARY + "api.");
    private static final List<String> OUTSIDE = List.of("java.", "jdk.", "org.junit.");
    private static final String OWN = CallSite.class.getPackageName() + ".";

    /// Copies the frames.
    public CallSite {
        frames = List.copyOf(frames);
    }

    /// The site of the call that the allocators are serving now.
    ///
    /// @param isHarness says of a class name whether it only runs the code under test
    public static CallSite ofCaller(Predicate<String> isHarness) {
        return StackWalker.getInstance().walk(stack -> {
            String entry = "";
            boolean inside = true;
            List<String> frames = new ArrayList<>();
            for (StackWalker.StackFrame frame : (Iterable<
                    StackWalker.StackFrame>) stack::iterator) {
                String name = frame.getClassName();
                if (name.startsWith(OWN) || isHarness.test(name)) {
                    continue;
                }
                inside = inside && startsWithOne(name, LAYERS);
                if (inside) {
                    entry = frame.getMethodName();
                } else if (!startsWithOne(name, OUTSIDE)) {
                    frames.add(describe(frame));
                }
                if (frames.size() == FRAMES_KEPT) {
                    break;
                }
            }
            return new CallSite(entry, frames);
        });
    }

    private static boolean startsWithOne(String text, List<String> prefixes) {
        for (String prefix : prefixes) {
            if (text.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private static String describe(StackWalker.StackFrame frame) {
        return frame.getClassName() + "." + frame.getMethodName() + "(" + frame.getFileName() + ":"
                + frame.getLineNumber() + ")";
    }

    /// The frames of a stack that are not the allocators' own, such as a pool's between its user and the
    /// function that it allocates with.
    static List<String> callersIn(List<String> stack) {
        return stack.stream().filter(frame -> !startsWithOne(frame, LAYERS)).toList();
    }

    /// The innermost caller.
    public String caller() {
        return frames.isEmpty() ? "?" : frames.getFirst();
    }

    /// Whether a caller's `package.Class.method` begins so.
    public boolean isFrom(String prefix) {
        return frames.stream().anyMatch(frame -> frame.startsWith(prefix));
    }
}
