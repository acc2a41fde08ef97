package org.kmemlab.mempool;

import org.apache.commons.lang3.Validate;

/// After how many sleeps in a row, 5 s of virtual time each, a waiting [Mempool#alloc] is taken
/// for deadlocked.
///
/// Differs from Linux, where the caller sleeps on for ever: in a stepped run nothing happens during
/// a sleep but what a timer of the machine does, so such a wait would never return.
///
/// @param idleSleeps sleeps that began with no timer set: nobody is left who could free an element,
///        only the source could recover by itself
/// @param sleeps sleeps in all; bounds the wait when timers keep firing but none helps
public record WaitLimit(int idleSleeps, int sleeps) {

    /// 2 idle minutes (when the kernel's own watchdog reports a hung task), or one day.
    public static final WaitLimit DEFAULT = new WaitLimit(24, 17_280);

    /// Checks the limits.
    public WaitLimit {
        Validate.isTrue(idleSleeps >= 1 && sleeps >= idleSleeps,
                "%d idle sleeps of %d: expected 1 or more, and no more than in all", idleSleeps,
                sleeps);
    }
}
