package org.kmemlab.lab.verify.slab;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.machine.Cpu;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabAllocator;

/// Brings our slab layer to where the recorded one must be, after a line that ours does not
/// explain: objects must have been handed out, or have come back, without an event.
///
/// An object leaves a CPU's free list only after those before it, so these are taken for handed out
/// as well. Each object counts as taken from the recording.
final class SilentObjects {

    private static final int TRIES_MOST = 256;

    private SlabAllocator slabs;
    private final LiveSlabs live;
    private final CheckTally tally;

    SilentObjects(SlabAllocator slabs, LiveSlabs live, CheckTally tally) {
        this.slabs = slabs;
        this.live = live;
        this.tally = tally;
    }

    /// Says which slab layer is used from now on.
    void use(SlabAllocator now) {
        slabs = now;
    }

    /// Notes an object that was handed out without an event; 0 is none.
    void handedOut(long object) {
        if (object != 0) {
            live.setInUse(object, true);
            tally.take(1);
        }
    }

    /// Gives an object back that is in use.
    void giveBack(Cpu cpu, long object) {
        KmemCache owner = slabs.cacheOf(object);
        if (owner != null) {
            live.setInUse(object, false);
            owner.free(cpu, object);
        }
    }

    /// Adds the slab of an address, which no list names because all its objects are in use.
    ///
    /// @return false if our slab layer has something else there
    boolean adoptFull(KmemCache cache, long address) {
        int order = cache.geometry().order();
        int head = slabs.machine().memory().pfnOf(address) & -(1 << order);
        for (int i = 0; i < 1 << order; i++) {
            if (slabs.cacheOf(slabs.machine().memory().addressOf(head + i)) != null) {
                return false;
            }
        }
        slabs.adoptFullSlab(cache, address);
        live.addFull(cache, address);
        tally.take(1);
        return true;
    }

    /// Makes an object the one that was handed out last.
    ///
    /// @param object the recorded one; 0 if we have no slab there
    /// @param got what ours handed out instead; 0 for nothing
    void adoptAllocated(KmemCache cache, Cpu cpu, long object, long got) {
        if (object == 0) {
            return;
        }
        if (live.isInUse(object)) {
            if (got != 0) {
                giveBack(cpu, got);
            }
            giveBack(cpu, object);
            tally.take(1);
        }
        takeOut(cache, cpu, object);
    }

    /// Allocates until an object comes.
    ///
    /// @return whether it came
    boolean takeOut(KmemCache cache, Cpu cpu, long object) {
        List<Long> others = new ArrayList<>();
        GfpFlags gfp = GfpFlags.GFP_NOWAIT.with(GfpFlags.NOWARN);
        for (int tries = 0; tries < TRIES_MOST; tries++) {
            long came = cache.alloc(cpu, gfp);
            if (came == object) {
                live.setInUse(came, true);
                tally.take(1);
                others.forEach(this::handedOut);
                return true;
            }
            if (came == 0) {
                break;
            }
            others.add(came);
        }
        for (long other : others.reversed()) {
            cache.free(cpu, other);
        }
        return false;
    }
}
