package org.kmemlab.slab;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;

/// A borrowed stock of objects of one cache (`struct slab_sheaf`, since Linux 6.18): as long as there
/// are some in it, allocating cannot fail.
///
/// ```java
/// PrefilledSheaf sheaf = cache.prefillSheaf(cpu, GFP_KERNEL, 3); // may sleep, may fail
/// long a = sheaf.alloc(cpu, GFP_NOWAIT);                         // neither
/// sheaf.giveBack(cpu, GFP_KERNEL);
/// ```
///
/// Who borrows a sheaf has it alone. One that is not given back is a leak, and so are the objects
/// in it.
///
/// @see KmemCache#prefillSheaf
public final class PrefilledSheaf {

    private final KmemCache cache;
    private @Nullable SlabSheaf sheaf;

    PrefilledSheaf(KmemCache cache, SlabSheaf sheaf) {
        this.cache = cache;
        this.sheaf = sheaf;
    }

    /// Objects in it.
    public int size() {
        return borrowed().size();
    }

    /// Most objects that it can hold.
    public int capacity() {
        return borrowed().capacity();
    }

    /// The cache that it was borrowed from.
    public KmemCache cache() {
        return cache;
    }

    /// Takes an object out, zeroed or charged as `gfp` and the cache want it; 0 if none is left. No
    /// fault is injected.
    @CheckReturnValue
    public long alloc(Cpu cpu, GfpFlags gfp) {
        return cache.live().allocFromSheaf(cpu, gfp, borrowed());
    }

    /// Fills it up, unless it has enough.
    ///
    /// @param objects how many it must have; may exceed its capacity
    /// @return false if there is not memory enough; nothing changes then
    @CheckReturnValue
    public boolean refill(Cpu cpu, GfpFlags gfp, int objects) {
        SlabSheaf full = cache.live().sheafLoans().refill(cpu, gfp, borrowed(), objects);
        if (full != null) {
            sheaf = full;
        }
        return full != null;
    }

    /// Gives it back, with what is left in it; it cannot be used any more.
    ///
    /// @param gfp what may be done to fill it for the next one
    public void giveBack(Cpu cpu, GfpFlags gfp) {
        SlabSheaf lent = borrowed();
        SheafLoans loans = cache.live().sheafLoans();
        sheaf = null;
        loans.takeBack(cpu, gfp, lent);
    }

    private SlabSheaf borrowed() {
        SlabSheaf now = sheaf;
        if (now == null) {
            throw new IllegalStateException(
                    "the sheaf of cache " + cache.name() + " was given back");
        }
        return now;
    }
}
