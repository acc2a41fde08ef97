package org.kmemlab.slab;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;

/// What one CPU holds of one cache (`struct kmem_cache_cpu`).
///
/// ```text
///   freelist ─► o ─► o ─► o          taken over from `slab`; used by this CPU alone
///   slab     ─► its own free list    objects that other CPUs freed meanwhile
///   partial  ─► slab ─► slab ─► slab a stack of frozen slabs; the next ones to be `slab`
/// ```
///
/// **Invariants.** I1: `freelist` is 0 when there is no `slab`. I2: `slab` and all slabs of the
/// stack are frozen. I3: `slab.inuse` counts the objects of `freelist` as in use.
final class CpuSlab {

    /// The CPU.
    final Cpu cpu;
    /// First object of the CPU's own free list, 0 if it is empty.
    long freelist;
    /// The slab that `freelist` was taken from.
    @Nullable
    SlubSlab slab;

    private final SlubNodes nodes;
    private final FreeLinks links;
    private final CacheTunables tunables;
    private final long[] counters = new long[SlubStat.COUNT];
    private @Nullable SlubSlab partial;
    private int partialCount;

    /// @param tunables say how many slabs the stack may hold
    CpuSlab(Cpu cpu, SlubNodes nodes, FreeLinks links, CacheTunables tunables) {
        this.cpu = cpu;
        this.nodes = nodes;
        this.links = links;
        this.tunables = tunables;
    }

    void count(SlubStat stat) {
        counters[stat.ordinal()]++;
    }

    long counter(SlubStat stat) {
        return counters[stat.ordinal()];
    }

    void clearCounter(SlubStat stat) {
        counters[stat.ordinal()] = 0;
    }

    void setCounter(SlubStat stat, long value) {
        counters[stat.ordinal()] = value;
    }

    /// Takes the first object of the CPU's free list, which is not empty.
    long pop() {
        long object = freelist;
        freelist = links.next(object);
        return object;
    }

    /// Puts an object of the CPU's slab in front of the CPU's free list.
    void push(long object) {
        links.set(object, freelist);
        freelist = object;
    }

    /// Takes over the free list of the CPU's slab.
    ///
    /// @return whether there was anything to take over
    boolean refill(SlubSlab current) {
        freelist = current.headAddress();
        current.set(0, current.objects(), freelist != 0);
        return freelist != 0;
    }

    /// Makes `next` the CPU's slab and takes over its free list.
    void install(SlubSlab next) {
        slab = next;
        next.set(next.headAddress(), next.inuse(), true);
        refill(next);
    }

    /// Makes `recorded` the CPU's slab without taking anything over.
    ///
    /// @param first of the CPU's own free list, 0 if it is empty
    void restore(SlubSlab recorded, long first) {
        slab = recorded;
        freelist = first;
    }

    /// Forgets the CPU's slab, of which nothing is free.
    void drop() {
        slab = null;
        freelist = 0;
    }

    /// Gives up the CPU's slab: its free objects go back to it, the slab to where it belongs.
    void deactivate(SlubSlab old) {
        boolean hadFree = old.head() != SlabWord.NO_OBJECT;
        if (hadFree) {
            count(SlubStat.DEACTIVATE_REMOTE_FREES);
        }
        unload(old);
        if (nodes.wantsToRelease(old)) {
            count(SlubStat.DEACTIVATE_EMPTY);
            count(SlubStat.FREE_SLAB);
            nodes.discard(cpu, old);
        } else if (old.head() == SlabWord.NO_OBJECT) {
            count(SlubStat.DEACTIVATE_FULL);
        } else if (hadFree) {
            count(SlubStat.DEACTIVATE_TO_TAIL);
            nodes.of(old).addLast(old);
        } else {
            count(SlubStat.DEACTIVATE_TO_HEAD);
            nodes.of(old).addFirst(old);
        }
    }

    /// Puts the CPU's free list in front of the slab's and takes the slab off the CPU.
    private void unload(SlubSlab old) {
        long first = freelist;
        long last = 0;
        int count = 0;
        for (long object = first; object != 0; object = links.next(object)) {
            last = object;
            count++;
            if (count > old.objects()) {
                throw links.corrupt(object, null);
            }
        }
        drop();
        if (last != 0) {
            links.set(last, old.headAddress());
            old.set(first, old.inuse() - count, false);
        } else {
            old.set(old.headAddress(), old.inuse(), false);
        }
    }

    /// Gives up everything the CPU holds.
    void flush() {
        SlubSlab old = slab;
        if (old != null) {
            count(SlubStat.CPUSLAB_FLUSH);
            deactivate(old);
        }
        drainPartials();
    }

    /// The top of the stack of partial slabs.
    @Nullable
    SlubSlab topPartial() {
        return partial;
    }

    /// Slabs on the stack.
    int partialCount() {
        return partialCount;
    }

    /// Puts a slab on the stack. One that was freed into makes room first if the stack is full: all
    /// slabs on it go to their nodes.
    void pushFreed(SlubSlab freed) {
        if (partial != null && partialCount >= tunables.cpuPartialSlabs()) {
            SlubSlab old = partial;
            partial = null;
            partialCount = 0;
            pushPartial(freed);
            unfreeze(old);
            count(SlubStat.CPU_PARTIAL_DRAIN);
        } else {
            pushPartial(freed);
        }
        count(SlubStat.CPU_PARTIAL_FREE);
    }

    /// Puts a slab on the stack, however many are there.
    void pushPartial(SlubSlab next) {
        next.set(next.headAddress(), next.inuse(), true);
        next.next = partial;
        partial = next;
        partialCount++;
    }

    /// Makes the top of the stack the CPU's slab, its free list still to be taken over.
    ///
    /// @return false if the stack is empty
    boolean popPartial() {
        SlubSlab top = partial;
        if (top == null) {
            return false;
        }
        partial = top.next;
        partialCount--;
        top.next = null;
        slab = top;
        freelist = 0;
        count(SlubStat.CPU_PARTIAL_ALLOC);
        return true;
    }

    /// Moves all slabs of the stack to their nodes.
    private void drainPartials() {
        SlubSlab old = partial;
        partial = null;
        partialCount = 0;
        unfreeze(old);
    }

    /// Slabs that stay are all listed before the first of the others is released, the last first:
    /// so `nr_partial` is settled and no lock is held while pages are freed.
    private void unfreeze(@Nullable SlubSlab stack) {
        SlubSlab releases = null;
        SlubSlab current = stack;
        while (current != null) {
            SlubSlab following = current.next;
            current.next = null;
            current.set(current.headAddress(), current.inuse(), false);
            if (nodes.wantsToRelease(current)) {
                current.next = releases;
                releases = current;
            } else {
                nodes.of(current).addLast(current);
                count(SlubStat.FREE_ADD_PARTIAL);
            }
            current = following;
        }
        while (releases != null) {
            SlubSlab following = releases.next;
            releases.next = null;
            count(SlubStat.DEACTIVATE_EMPTY);
            count(SlubStat.FREE_SLAB);
            nodes.discard(cpu, releases);
            releases = following;
        }
    }
}
