package org.kmemlab.mempool.pools.embedded;

import java.util.ArrayDeque;
import java.util.Queue;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Task;

/// Interrupts of one CPU, and the mask that holds them off (PRIMASK of an ARM Cortex-M).
///
/// An interrupt that is raised runs at once, also inside another one; while the mask is set it
/// waits, and runs when the outermost [#restore] takes the mask away, in the order of raising. A
/// section of code that must not be interrupted is a pair:
///
/// ```java
/// int mask = context.save();
/// try {
///     ...
/// } finally {
///     context.restore(mask);
/// }
/// ```
///
/// Pairs nest, because `restore` puts back what `save` found. While an interrupt is served the CPU
/// runs no task. For stepped runs; not safe for use by several Java threads at once.
///
/// @see <a href="https://developer.arm.com/documentation/ddi0403/latest/">ARMv7-M Architecture
///      Reference Manual, B1.4.3: the special-purpose mask registers</a>
public final class InterruptContext {

    /// The mask while interrupts come in.
    public static final int ENABLED = 0;
    /// The mask while they wait.
    public static final int DISABLED = 1;

    private final Cpu cpu;
    private final Queue<Runnable> pending = new ArrayDeque<>();
    private int mask = ENABLED;
    private int depth;

    /// Interrupts of a CPU; they come in.
    public InterruptContext(Cpu cpu) {
        this.cpu = cpu;
    }

    /// The CPU that they interrupt.
    public Cpu cpu() {
        return cpu;
    }

    /// Holds interrupts off.
    ///
    /// @return the mask as it was, for [#restore]
    public int save() {
        int before = mask;
        mask = DISABLED;
        return before;
    }

    /// Puts the mask back, and serves what waited if that lets interrupts in.
    ///
    /// @param saved what [#save] returned
    /// @throws IllegalArgumentException if it is no mask
    public void restore(int saved) {
        if (saved != ENABLED && saved != DISABLED) {
            throw new IllegalArgumentException(
                    "mask " + saved + ": expected " + ENABLED + " or " + DISABLED);
        }
        mask = saved;
        while (mask == ENABLED && !pending.isEmpty()) {
            serve(pending.remove());
        }
    }

    /// Raises an interrupt: its handler runs now, or when interrupts come in again.
    public void raise(Runnable handler) {
        if (mask == DISABLED) {
            pending.add(handler);
        } else {
            serve(handler);
        }
    }

    private void serve(Runnable handler) {
        @Nullable Task interrupted = cpu.task();
        cpu.run(null);
        depth++;
        try {
            handler.run();
        } finally {
            depth--;
            cpu.run(interrupted);
        }
    }

    /// How many interrupts are being served, one inside the other; 0 in a task.
    public int depth() {
        return depth;
    }

    /// How many wait for the mask to go.
    public int pending() {
        return pending.size();
    }

    /// Whether code that runs now may sleep: not in an interrupt, and not while they are held off.
    public boolean maySleep() {
        return depth == 0 && mask == ENABLED;
    }

    @Override
    public String toString() {
        return cpu + " in " + (depth == 0 ? "a task" : "interrupt depth " + depth) + ", interrupts "
                + (mask == ENABLED ? "enabled" : "disabled");
    }
}
