package org.kmemlab.machine;

/// Who plays the CPUs of a machine.
public enum Execution {

    /// One Java thread plays all CPUs and names one at each call. Everything is deterministic and as
    /// exact as the kernel profile.
    STEPPED,
    /// Java threads call at the same time. Each thread keeps a stock of free objects and of single
    /// pages of its own; what these cannot serve takes turns under the machine's lock.
    ///
    /// Given up for it: which object or page a caller gets, counters that fast paths would have to
    /// write, `fail-nth` of tasks, and control groups; memory that other threads have in stock is
    /// given back only when they come by.
    LIVE
}
