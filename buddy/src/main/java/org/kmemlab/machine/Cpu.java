package org.kmemlab.machine;

import org.jspecify.annotations.Nullable;

/// One CPU of a machine: the key to all per-CPU state.
///
/// In a stepped run one Java thread plays every CPU and names it at each call.
public final class Cpu {

    private final int id;
    private final int node;
    private @Nullable Task task;

    Cpu(int id, int node, Task task) {
        this.id = id;
        this.node = node;
        this.task = task;
    }

    /// Its number, from 0.
    public int id() {
        return id;
    }

    /// The memory node nearest to it.
    public int node() {
        return node;
    }

    /// The task it runs; null while it serves an interrupt.
    public @Nullable Task task() {
        return task;
    }

    /// Switches to another task, or with null to an interrupt.
    public void run(@Nullable Task next) {
        task = next;
    }

    @Override
    public String toString() {
        return "cpu" + id;
    }
}
