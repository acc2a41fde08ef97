package org.kmemlab.slab;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// Who called the allocator: Java's frames, written as the kernel writes its own.
final class CallTrace {

    private static final int FRAMES_MAX = 32;
    /// Every call from outside enters through one of these.
    private static final Set<String> ENTRIES = Set.of(KmemCache.class.getName(),
            SlabAllocator.class.getName(), Kmalloc.class.getName());

    private CallTrace() {
    }

    /// The innermost frames, as `class.method+0xposition`.
    static List<String> frames() {
        return walk(frames -> frames.limit(FRAMES_MAX).map(CallTrace::describe).toList());
    }

    /// The frame that called into the allocator.
    static String caller() {
        return walk(frames -> frames.dropWhile(frame -> !isEntry(frame))
                .dropWhile(CallTrace::isEntry).map(CallTrace::describe).findFirst()
                .orElse("0x0"));
    }

    private static <T> T walk(Function<Stream<StackWalker.StackFrame>, T> reader) {
        return StackWalker.getInstance().walk(frames -> reader.apply(
                frames.filter(frame -> !frame.getClassName().equals(CallTrace.class.getName()))));
    }

    private static boolean isEntry(StackWalker.StackFrame frame) {
        return ENTRIES.contains(frame.getClassName());
    }

    private static String describe(StackWalker.StackFrame frame) {
        return frame.getClassName() + "." + frame.getMethodName() + "+0x"
                + Integer.toHexString(Math.max(frame.getByteCodeIndex(), 0));
    }
}
