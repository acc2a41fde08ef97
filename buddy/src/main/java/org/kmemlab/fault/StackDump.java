package org.kmemlab.fault;

import java.util.List;

import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.Task;

/// Prints who called, in the shape of the kernel's stack dump; the frames are Java's.
final class StackDump {

    private static final int FRAMES_MAX = 32;

    private StackDump() {
    }

    static void print(Machine machine, Cpu cpu) {
        Task task = cpu.task();
        String who = task == null ? "PID: 0 Comm: interrupt"
                : "PID: " + task.pid() + " Comm: " + task.comm();
        machine.log().print("CPU: " + cpu.id() + " " + who + " Not tainted "
                + machine.profile().version().release() + "\nCall Trace:\n <TASK>");
        for (String frame : frames()) {
            machine.log().print(" " + frame);
        }
        machine.log().print(" </TASK>");
    }

    private static List<String> frames() {
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> !isOwn(frame.getClassName()))
                        .limit(FRAMES_MAX)
                        .map(frame -> frame.getClassName() + "." + frame.getMethodName() + "+0x"
                                + Integer.toHexString(Math.max(frame.getByteCodeIndex(), 0)))
                        .toList());
    }

    private static boolean isOwn(String className) {
        return className.equals(StackDump.class.getName())
                || className.equals(FaultAttr.class.getName());
    }
}
