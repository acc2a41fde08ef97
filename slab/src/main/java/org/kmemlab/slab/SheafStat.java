package org.kmemlab.slab;

import java.util.Locale;

/// What a kernel with sheaves counts for each cache and CPU besides [SlubStat], in the order of the
/// files in `/sys/kernel/slab/<cache>`.
public enum SheafStat {
    /// Objects allocated from the CPU's sheaves.
    ALLOC_CPU_SHEAF,
    /// Objects freed to the CPU's sheaves.
    FREE_CPU_SHEAF,
    /// Objects that `kfree_rcu` put into a sheaf.
    FREE_RCU_SHEAF,
    /// Objects for which it had no sheaf.
    FREE_RCU_SHEAF_FAIL,
    /// Objects given back from sheaves to their slabs.
    SHEAF_FLUSH,
    /// Objects taken from slabs to fill sheaves.
    SHEAF_REFILL,
    /// New sheaves.
    SHEAF_ALLOC,
    /// Sheaves given up.
    SHEAF_FREE,
    /// Full sheaves that came from the barn.
    BARN_GET,
    /// Times that the barn had none.
    BARN_GET_FAIL,
    /// Full sheaves that went to the barn.
    BARN_PUT,
    /// Times that the barn did not take one.
    BARN_PUT_FAIL,
    /// Sheaves that were lent at once: the CPU's spare one.
    SHEAF_PREFILL_FAST,
    /// Sheaves that were lent from the barn, or new.
    SHEAF_PREFILL_SLOW,
    /// Sheaves that were made to be lent because a common one is too small.
    SHEAF_PREFILL_OVERSIZE,
    /// Sheaves that came back and became the CPU's spare one.
    SHEAF_RETURN_FAST,
    /// Sheaves that came back to a CPU which has a spare one.
    SHEAF_RETURN_SLOW;

    /// How many there are.
    public static final int COUNT = values().length;

    /// The name of the file, for example `alloc_cpu_sheaf`.
    public String fileName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
