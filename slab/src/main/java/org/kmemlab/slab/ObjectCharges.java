package org.kmemlab.slab;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.MemcgCharge;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.MemCgroup;
import org.kmemlab.machine.MemCgroup.Stat;

/// What control groups pay for the objects of one cache: the slot, and the pointer that remembers
/// who paid.
///
/// Differs from Linux: the pointers of a slab take no memory of the machine, so noting them cannot
/// fail.
final class ObjectCharges {

    /// Bytes of the pointer to the payer.
    private static final int POINTER = 8;

    private final SlabCache cache;

    ObjectCharges(SlabCache cache) {
        this.cache = cache;
    }

    /// Bytes that are charged for one object.
    private long price() {
        return (long) cache.geometry().size() + POINTER;
    }

    private Stat stat() {
        return cache.geometry().flags().has(SlabFlags.RECLAIM_ACCOUNT) ? Stat.SLAB_RECLAIMABLE
                : Stat.SLAB_UNRECLAIMABLE;
    }

    /// The control group that pays for what runs on a CPU; null for none.
    @Nullable
    MemCgroup payer(Cpu cpu) {
        // SLOB has nowhere to note it.
        return cache.geometry() instanceof SlobGeometry ? null : MemcgCharge.payer(cpu);
    }

    /// Charges for objects that are to be allocated.
    ///
    /// @return false if the request must fail
    boolean charge(Cpu cpu, MemCgroup payer, GfpFlags gfp, int count) {
        return MemcgCharge.charge(cpu, payer, gfp, count * price());
    }

    /// Gives back what was charged for objects that could not be had.
    void giveBack(MemCgroup payer, int count) {
        payer.uncharge(count * price());
    }

    /// Writes down who paid for an object.
    void assign(MemCgroup payer, long object) {
        Slab slab = Objects.requireNonNull(cache.allocator().table().at(object));
        slab.setPayer(slab.indexOf(object), payer);
        payer.addStat(stat(), price());
    }

    /// An object comes back: whoever paid for it gets that back.
    void refund(long object) {
        Slab slab = cache.allocator().table().at(object);
        MemCgroup payer = slab != null && slab.cache == cache && slab.isObjectHere(object)
                ? slab.takePayer(slab.indexOf(object))
                : null;
        if (payer != null) {
            payer.addStat(stat(), -price());
            payer.uncharge(price());
        }
    }
}
