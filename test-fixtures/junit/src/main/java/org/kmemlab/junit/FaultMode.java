package org.kmemlab.junit;

/// How many faults each run of a [FaultSweep] gets.
public enum FaultMode {
    /// The `n`-th allocation fails, those before and after it do not.
    ONCE,
    /// The `n`-th allocation fails and all later ones, as if memory had run out. A pool's request that
    /// may sleep can then wait for ever, which ends in a `DeadlockException`.
    STICKY,
    /// Two allocations fail: each pair of the first and a later one is tried.
    PAIRS
}
