package org.kmemlab.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/// Who called, in the shape of the kernel's stack dump; the frames are Java's.
public final class StackDump {

    private static final int FRAMES_MAX = 32;

    private StackDump() {
    }

    /// Prints the dump of the calling thread to the machine's log.
    public static void print(Machine machine, Cpu cpu) {
        print(machine, cpu, StackDump::isHidden);
    }

    /// [#print(Machine, Cpu)] without the frames of those who decided that there is to be a dump.
    ///
    /// @param alsoHidden says of a class whether its frames are left out
    public static void print(Machine machine, Cpu cpu, Predicate<String> alsoHidden) {
        lines(machine, cpu, alsoHidden).forEach(machine.log()::print);
    }

    /// Prints a warning block; the machine's kernel is tainted by it.
    ///
    /// @param text what is wrong; null if the place says it all
    /// @param place the frame that warns
    public static void warn(Machine machine, Cpu cpu, @Nullable String text, String place) {
        List<String> lines = new ArrayList<>();
        lines.add("------------[ cut here ]------------");
        if (text != null) {
            lines.add(text);
        }
        Task task = cpu.task();
        lines.add("WARNING: CPU: " + cpu.id() + " PID: " + (task == null ? 0 : task.pid()) + " at "
                + place);
        lines.add("Modules linked in:");
        lines.addAll(lines(machine, cpu));
        lines.add("---[ end trace 0000000000000000 ]---");
        lines.forEach(machine.log()::print);
        machine.taints().add(Taint.WARNED);
    }

    /// The dump of the calling thread: who runs on the CPU, then the innermost frames.
    public static List<String> lines(Machine machine, Cpu cpu) {
        return lines(machine, cpu, StackDump::isHidden);
    }

    private static List<String> lines(Machine machine, Cpu cpu, Predicate<String> alsoHidden) {
        List<String> lines = new ArrayList<>();
        lines.add("CPU: " + cpu.id() + " " + who(cpu) + " " + machine.taints().text() + " "
                + machine.profile().version().release());
        lines.add("Call Trace:");
        lines.add(" <TASK>");
        walk(alsoHidden, frames -> frames.limit(FRAMES_MAX).map(StackDump::describe).toList())
                .forEach(frame -> lines.add(" " + frame));
        lines.add(" </TASK>");
        return lines;
    }

    /// The number and name of the task that runs on a CPU, as reports print them.
    public static String who(Cpu cpu) {
        Task task = cpu.task();
        return task == null ? "PID: 0 Comm: interrupt"
                : "PID: " + task.pid() + " Comm: " + task.comm();
    }

    /// The innermost frames of the calling thread, as `class.method+0xposition`.
    public static List<String> frames(int most) {
        return walk(StackDump::isHidden,
                frames -> frames.limit(most).map(StackDump::describe).toList());
    }

    /// The frames from the one on that called into an allocator; all of them if none did.
    ///
    /// @param isEntry says of a class whether calls come into the allocator through it
    public static List<String> callers(Predicate<String> isEntry, int most) {
        Predicate<StackWalker.StackFrame> entry = frame -> isEntry.test(frame.getClassName());
        List<String> callers =
                walk(StackDump::isHidden,
                        frames -> frames.dropWhile(entry.negate()).dropWhile(entry)
                                .limit(most).map(StackDump::describe).toList());
        return callers.isEmpty() ? frames(most) : callers;
    }

    private static boolean isHidden(String className) {
        return className.equals(StackDump.class.getName());
    }

    private static List<String> walk(Predicate<String> alsoHidden,
            Function<Stream<StackWalker.StackFrame>, List<String>> reader) {
        return StackWalker.getInstance().walk(frames -> reader.apply(frames
                .filter(frame -> !isHidden(frame.getClassName())
                        && !alsoHidden.test(frame.getClassName()))));
    }

    private static String describe(StackWalker.StackFrame frame) {
        return frame.getClassName() + "." + frame.getMethodName() + "+0x"
                + Integer.toHexString(Math.max(frame.getByteCodeIndex(), 0));
    }

    /// The innermost frames, as `package.Class.method`, for filters.
    ///
    /// @param alsoHidden says of a class whether its frames are left out
    public static List<String> methods(int most, Predicate<String> alsoHidden) {
        return walk(alsoHidden, frames -> frames.limit(most)
                .map(frame -> frame.getClassName() + "." + frame.getMethodName()).toList());
    }
}
