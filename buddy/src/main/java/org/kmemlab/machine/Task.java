package org.kmemlab.machine;

import org.jspecify.annotations.Nullable;

/// A simulated thread of execution, as far as the allocators ask about it.
///
/// A [Cpu] runs one task at a time. Not safe for use by several Java threads at once.
public final class Task {

    private final String comm;
    private final int pid;
    private boolean makeItFail;
    private int failNth;
    private @Nullable MemCgroup memCgroup;

    /// Creates a task.
    ///
    /// @param comm its name
    /// @param pid its number
    public Task(String comm, int pid) {
        this.comm = comm;
        this.pid = pid;
    }

    /// The name that reports print.
    public String comm() {
        return comm;
    }

    /// The number that reports print.
    public int pid() {
        return pid;
    }

    /// The control group that pays for it; null if nobody does.
    public @Nullable MemCgroup memCgroup() {
        return memCgroup;
    }

    /// Moves it to a control group, or with null out of all. What it was charged for before stays
    /// charged to the group it was in.
    public void setMemCgroup(@Nullable MemCgroup group) {
        memCgroup = group;
    }

    /// Whether fault injection with a task filter applies to it (`/proc/<pid>/make-it-fail`).
    public boolean makeItFail() {
        return makeItFail;
    }

    /// Sets `make-it-fail`.
    public void setMakeItFail(boolean on) {
        makeItFail = on;
    }

    /// Calls left until one fails; 0 means none will, or it has failed (`/proc/<pid>/fail-nth`).
    public int failNth() {
        return failNth;
    }

    /// Makes the `n`-th injectable call from now on fail; 0 switches this off.
    ///
    /// @throws IllegalArgumentException if `n` is negative
    public void setFailNth(int n) {
        if (n < 0) {
            throw new IllegalArgumentException("fail-nth " + n + ": expected 0 or more");
        }
        failNth = n;
    }
}
