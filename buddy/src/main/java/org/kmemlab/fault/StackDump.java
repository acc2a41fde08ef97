package org.kmemlab.fault;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.Task;

/// Who called, in the shape of the kernel's stack dump; the frames are Java's.
public final class StackDump {

    private static final int FRAMES_MAX = 32;

    private StackDump() {
    }

    /// Prints the dump of the calling thread to the machine's log.
    public static void print(Machine machine, Cpu cpu) {
        lines(machine, cpu).forEach(machine.log()::print);
    }

    /// The dump of the calling thread: who runs on the CPU, then the innermost frames.
    public static List<String> lines(Machine machine, Cpu cpu) {
        List<String> lines = new ArrayList<>();
        lines.add("CPU: " + cpu.id() + " " + who(cpu) + " Not tainted "
                + machine.profile().version().release());
        lines.add("Call Trace:");
        lines.add(" <TASK>");
        frames(FRAMES_MAX).forEach(frame -> lines.add(" " + frame));
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
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> !isOwn(frame.getClassName())).limit(most)
                        .map(frame -> frame.getClassName() + "." + frame.getMethodName() + "+0x"
                                + Integer.toHexString(Math.max(frame.getByteCodeIndex(), 0)))
                        .toList());
    }

    private static boolean isOwn(String className) {
        return className.equals(StackDump.class.getName())
                || className.equals(FaultAttr.class.getName());
    }
}
