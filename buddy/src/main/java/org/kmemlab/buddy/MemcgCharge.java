package org.kmemlab.buddy;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.MemCgroup;
import org.kmemlab.machine.Task;

/// Decides whether a request may be charged to a control group, and what is done before it is
/// refused.
///
/// A request that may block reclaims from the group that is at its limit, again and again, then has
/// a task of it ended. One with [GfpFlags#NOFAIL], and one that must not wait but matters
/// ([GfpFlags#HIGH]), exceeds the limit in the end; any other fails, and nothing is printed.
public final class MemcgCharge {

    private static final int RETRIES = 16;
    private static final GfpFlags MAY_EXCEED = GfpFlags.NOFAIL.with(GfpFlags.HIGH);

    private MemcgCharge() {
    }

    /// The group that pays for what runs on a CPU; null for none, as in interrupts.
    public static @Nullable MemCgroup payer(Cpu cpu) {
        Task task = cpu.task();
        return task == null ? null : task.memCgroup();
    }

    /// Charges bytes.
    ///
    /// @return whether they were charged
    public static boolean charge(Cpu cpu, MemCgroup group, GfpFlags gfp, long bytes) {
        MemCgroup full = group.tryCharge(bytes);
        if (full == null || makeRoom(cpu, group, full, gfp, bytes)) {
            return true;
        }
        if (!gfp.has(MAY_EXCEED)) {
            return false;
        }
        if (!gfp.mayBlock()) {
            full.noteMax();
        }
        group.charge(bytes);
        return true;
    }

    /// @param full the group that the bytes do not fit into
    /// @return whether they were charged
    private static boolean makeRoom(Cpu cpu, MemCgroup group, MemCgroup full, GfpFlags gfp,
            long bytes) {
        if (!gfp.mayBlock()) {
            return false;
        }
        int retries = RETRIES;
        MemCgroup over = full;
        while (over != null) {
            over.noteMax();
            boolean progress = over.reclaim(cpu, bytes) > 0;
            if (over.margin() < bytes && !progress) {
                if (gfp.has(GfpFlags.NORETRY) || (retries == 0
                        && (gfp.has(GfpFlags.RETRY_MAYFAIL) || !over.outOfMemory(cpu)))) {
                    return false;
                }
                retries = retries == 0 ? RETRIES : retries - 1;
            }
            over = group.tryCharge(bytes);
        }
        return true;
    }
}
