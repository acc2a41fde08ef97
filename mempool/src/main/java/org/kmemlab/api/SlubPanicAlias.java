package org.kmemlab.api;

import org.kmemlab.machine.KernelLog;
import org.kmemlab.slab.SlabFlags;

/// Whether [KernelFlags#SLUB_PANIC] is taken for the flag that it is mistaken for.
final class SlubPanicAlias {

    private static final SlabFlags ALIAS = new SlabFlags(KernelFlags.SLUB_PANIC);

    private boolean isAccepted;
    private boolean isNoted;

    void accept() {
        isAccepted = true;
    }

    static boolean isIn(SlabFlags flags) {
        return flags.with(ALIAS).equals(flags);
    }

    /// The flags that are meant; the first time that they are others, the log says so.
    SlabFlags translate(SlabFlags flags, KernelLog log) {
        if (!isAccepted || !isIn(flags)) {
            return flags;
        }
        if (!isNoted) {
            isNoted = true;
            log.print("kmem_cache_create: SLUB_PANIC is no flag of the kernel: taken for "
                    + "SLAB_PANIC");
        }
        return flags.without(ALIAS).with(SlabFlags.PANIC);
    }
}
