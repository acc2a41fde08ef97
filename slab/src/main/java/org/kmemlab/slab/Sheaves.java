package org.kmemlab.slab;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelLock;
import org.kmemlab.machine.Machine;

/// The stocks of free objects that threads keep of one cache in live use.
///
/// **Picture.** Objects move between the levels in batches of half a sheaf.
///
/// ```text
///   sheaf of a thread     shared sheaves      owner; one flag
///           └─────────┬─────────┘
///                    barn                     a lock of its own
///                      │
///                   engine                    the machine's lock
/// ```
///
/// **Who uses which.** A platform thread owns the sheaf that its number falls on, from its first
/// operation until it dies. Virtual threads, and threads whose sheaf another one owns, take a shared
/// sheaf for one operation. Whoever finds those nearby taken goes to the engine. The [Cpu] that a
/// request names matters to the engine only.
///
/// **Invariant.** While a sheaf is half changed nothing is called that could call back: refills do
/// not reclaim, because shrinkers free objects on the same thread.
///
/// **Size.** A sheaf starts small and doubles while it often runs full or empty, up to
/// [#BYTES_MOST] of objects, or to the capacity that the cache was created with
/// ([KmemCacheArgs#sheafCapacity]): a burst that fits never meets another thread.
///
/// **Giving back.** [#drain] empties what is nobody's or its own; the others are asked to, and do
/// when they come by. The sheaf of a dead thread is nobody's.
///
/// @see <a href="https://www.usenix.org/conference/2001-usenix-annual-technical-conference">Bonwick
///      and Adams, Magazines and Vmem: Extending the Slab Allocator to Many CPUs and Arbitrary
///      Resources</a>
final class Sheaves {

    /// Most bytes of objects in one sheaf.
    private static final int BYTES_MOST = 64 << 10;
    private static final int CAPACITY_LEAST = 16;
    private static final int CAPACITY_MOST = 1024;
    private static final int CAPACITY_FIRST = 64;
    /// Trips to the barn after which a sheaf doubles.
    private static final int TRIPS_BEFORE_GROWTH = 4;
    /// The barn holds this many of the largest sheaves.
    private static final int BARN_SHEAVES = 8;
    private static final int SLOTS_PER_CPU = 8;
    private static final int SLOTS_LEAST = 16;
    /// How many shared sheaves are tried.
    private static final int TRIES = 4;

    /// Stock is no reason to complain, to use what is kept for emergencies,
    private static final GfpFlags MODEST = GfpFlags.NOWARN.with(GfpFlags.NOMEMALLOC);
    /// or to have others give memory up.
    private static final GfpFlags INSISTENT = GfpFlags.DIRECT_RECLAIM.with(GfpFlags.NOFAIL);

    private final SlabCache cache;
    private final KernelLock lock;
    private final Sheaf[] byThread;
    private final Sheaf[] shared;
    private final Barn barn;
    private final @Nullable ObjectTags tags;
    private final long tagKey;
    private final int capacityMost;

    /// @param tags null if misuse is not looked for
    Sheaves(SlabCache cache, @Nullable ObjectTags tags) {
        Machine machine = cache.allocator().machine();
        int cpus = machine.cpus().size();
        int slots = Integer.highestOneBit(2 * Math.max(SLOTS_LEAST, SLOTS_PER_CPU * cpus) - 1);
        this.cache = cache;
        this.lock = machine.lock();
        this.tags = tags;
        this.tagKey = ObjectTags.keyOf(cache.number());
        int asked = cache.args().sheafCapacity();
        this.capacityMost = asked > 0 ? asked
                : Math.clamp(BYTES_MOST / cache.geometry().size(), CAPACITY_LEAST, CAPACITY_MOST);
        this.barn = new Barn(BARN_SHEAVES * capacityMost);
        this.byThread = sheaves(slots);
        this.shared = sheaves(slots);
    }

    private Sheaf[] sheaves(int number) {
        Sheaf[] sheaves = new Sheaf[number];
        Arrays.setAll(sheaves, i -> new Sheaf(tags, tagKey));
        return sheaves;
    }

    /// The sheaves of threads, a power of two of them; a thread's is that of its number's low bits.
    Sheaf[] byThread() {
        return byThread;
    }

    /// Takes up to `count` objects from the thread's stock and what is behind it.
    ///
    /// @return how many; with fewer than `count` the memory ran out
    int takeBulk(Thread me, Cpu cpu, GfpFlags gfp, long[] out, int from, int count) {
        Sheaf own = gfp.has(GfpFlags.THISNODE) ? null : claim(me);
        int got = 0;
        while (got < count) {
            if (own != null) {
                got += own.takeBulk(out, from + got, count - got);
            }
            if (got < count) {
                long object = takeSlow(me, cpu, KmemCache.ANY_NODE, gfp);
                if (object == 0) {
                    return got;
                }
                out[from + got] = object;
                got++;
            }
        }
        return got;
    }

    /// Puts objects into the thread's stock and what is behind it, the last one first.
    ///
    /// @throws SlabBugException at the first one that is no object of the cache that is in use
    void putBulk(Thread me, Cpu cpu, long[] objects, int from, int count) {
        Sheaf own = claim(me);
        int left = count;
        while (left > 0) {
            if (own != null) {
                left -= own.putBulk(objects, from, left);
            }
            if (left > 0) {
                left--;
                putSlow(me, cpu, objects[from + left]);
            }
        }
    }

    /// Takes an object from the sheaf that a thread owns; 0 if that cannot be done at once.
    static long take(Sheaf[] byThread, Thread me, GfpFlags gfp) {
        Sheaf mine = slot(byThread, me);
        return mine.isOwnedBy(me) ? mine.take(gfp) : 0;
    }

    /// Puts an object into the sheaf that a thread owns; false if that cannot be done at once.
    static boolean put(Sheaf[] byThread, Thread me, long object) {
        Sheaf mine = slot(byThread, me);
        return mine.isOwnedBy(me) && mine.put(object);
    }

    private static Sheaf slot(Sheaf[] sheaves, Thread thread) {
        return sheaves[(int) thread.threadId() & sheaves.length - 1];
    }

    /// Takes an object that could not be taken from the thread's sheaf at once; 0 if there is no memory.
    ///
    /// @param cpu what the engine is to know about where the thread runs
    /// @param node wanted memory node; stock serves only those who do not care
    long takeSlow(Thread me, Cpu cpu, int node, GfpFlags gfp) {
        if (node != KmemCache.ANY_NODE || gfp.has(GfpFlags.THISNODE)) {
            return takeFromEngine(cpu, node, gfp);
        }
        Sheaf own = claim(me);
        if (own != null) {
            return takeSlow(own, cpu, gfp);
        }
        Sheaf borrowed = borrow(me);
        if (borrowed == null) {
            return takeFromEngine(cpu, KmemCache.ANY_NODE, gfp);
        }
        try {
            return takeSlow(borrowed, cpu, gfp);
        } finally {
            borrowed.release();
        }
    }

    private long takeSlow(Sheaf sheaf, Cpu cpu, GfpFlags gfp) {
        honour(sheaf, cpu);
        if (sheaf.isEmpty()) {
            enlarge(sheaf);
            refill(sheaf, cpu, gfp);
        }
        return sheaf.isEmpty() ? takeFromEngine(cpu, KmemCache.ANY_NODE, gfp) : sheaf.take();
    }

    private void refill(Sheaf sheaf, Cpu cpu, GfpFlags gfp) {
        int wanted = Math.ceilDiv(sheaf.capacity(), 2);
        int got = barn.take(sheaf.objects, wanted);
        if (got == 0) {
            lock.acquire();
            try {
                got = cache.engine().allocBulk(cpu, gfp.with(MODEST).without(INSISTENT),
                        sheaf.objects, 0, wanted);
                for (int i = 0; i < got; i++) {
                    prepareTag(sheaf.objects[i]);
                }
            } finally {
                lock.release();
            }
        }
        sheaf.count = got;
    }

    /// Takes one object past all stock.
    long takeFromEngine(Cpu cpu, int node, GfpFlags gfp) {
        lock.acquire();
        try {
            long object = cache.engine().alloc(cpu, node, gfp);
            if (object != 0 && tags != null) {
                prepareTag(object);
                tags.set(object, tagKey);
            }
            return object;
        } finally {
            lock.release();
        }
    }

    private void prepareTag(long object) {
        if (tags != null) {
            tags.prepare(object);
        }
    }

    /// Puts an object that could not be put into the thread's sheaf at once.
    ///
    /// @throws SlabBugException if it is no object of the cache that is in use; nothing is changed
    void putSlow(Thread me, Cpu cpu, long object) {
        Sheaf own = claim(me);
        if (own != null) {
            putSlow(own, cpu, object);
            return;
        }
        Sheaf borrowed = borrow(me);
        if (borrowed == null) {
            putToEngine(cpu, object);
            return;
        }
        try {
            putSlow(borrowed, cpu, object);
        } finally {
            borrowed.release();
        }
    }

    private void putSlow(Sheaf sheaf, Cpu cpu, long object) {
        honour(sheaf, cpu);
        if (sheaf.isFull() && !enlarge(sheaf)) {
            flush(sheaf, cpu, Math.ceilDiv(sheaf.count, 2));
        }
        if (!sheaf.put(object)) {
            throw new SlabBugException(cache.engine().describe(object));
        }
    }

    /// Throws unless an object of this cache that is in use starts there.
    void requireAllocated(long object) {
        if (tags != null && !tags.isSet(object, tagKey)) {
            throw new SlabBugException(cache.engine().describe(object));
        }
    }

    private void putToEngine(Cpu cpu, long object) {
        if (tags != null && !tags.clear(object, tagKey)) {
            throw new SlabBugException(cache.engine().describe(object));
        }
        lock.acquire();
        try {
            cache.engine().free(cpu, object);
        } finally {
            lock.release();
        }
    }

    /// Gives the objects that lie longest in a sheaf to the barn, or to the engine if that is full.
    private void flush(Sheaf sheaf, Cpu cpu, int number) {
        int put = barn.put(sheaf.objects, number);
        freeBulk(cpu, sheaf.objects, put, number - put);
        sheaf.dropOldest(number);
    }

    private void freeBulk(Cpu cpu, long[] objects, int from, int count) {
        if (count == 0) {
            return;
        }
        lock.acquire();
        try {
            cache.engine().freeBulk(cpu, objects, from, count);
        } catch (SlabBugException bug) {
            // Two threads freed one object at the same moment: it is in stock twice.
            int freed = freeSingly(cpu, objects, from, count);
            cache.allocator().reports().warn(cpu, "Stock of cache " + cache.name()
                    + " is damaged, " + freed + " more of " + count + " objects freed: "
                    + bug.getMessage());
        } finally {
            lock.release();
        }
    }

    /// Frees those objects of a batch that are not free yet.
    ///
    /// @return how many
    private int freeSingly(Cpu cpu, long[] objects, int from, int count) {
        int freed = 0;
        for (int i = from; i < from + count; i++) {
            freed += tryFree(cpu, objects[i]) ? 1 : 0;
        }
        return freed;
    }

    private boolean tryFree(Cpu cpu, long object) {
        try {
            cache.engine().free(cpu, object);
            return true;
        } catch (SlabBugException isFree) {
            return false;
        }
    }

    /// Doubles a sheaf that has been to the barn often.
    ///
    /// @return whether it is larger now
    private boolean enlarge(Sheaf sheaf) {
        int capacity = sheaf.capacity();
        if (capacity == capacityMost
                || (capacity > 0 && ++sheaf.trips < TRIPS_BEFORE_GROWTH)) {
            return false;
        }
        sheaf.trips = 0;
        sheaf.grow(Math.min(capacityMost, capacity == 0 ? CAPACITY_FIRST : 2 * capacity));
        return true;
    }

    /// Gives everything back if somebody asked for it.
    private void honour(Sheaf sheaf, Cpu cpu) {
        if (sheaf.revoked) {
            sheaf.revoked = false;
            empty(sheaf, cpu);
        }
    }

    private void empty(Sheaf sheaf, Cpu cpu) {
        freeBulk(cpu, sheaf.objects, 0, sheaf.count);
        sheaf.count = 0;
        sheaf.trips = 0;
    }

    /// The thread's own sheaf; null if it can have none, or another one that lives has it.
    private @Nullable Sheaf claim(Thread me) {
        if (me.isVirtual()) {
            return null;
        }
        Sheaf sheaf = slot(byThread, me);
        if (sheaf.isOwnedBy(me)) {
            return sheaf;
        }
        Thread owner = sheaf.owner();
        // What a dead thread did happens before anybody sees that it is dead.
        boolean free = owner == null || !owner.isAlive();
        return free && sheaf.changeOwner(owner, me) ? sheaf : null;
    }

    /// A shared sheaf for one operation; null if those nearby are all taken.
    private @Nullable Sheaf borrow(Thread me) {
        int first = (int) me.threadId();
        for (int i = 0; i < TRIES; i++) {
            Sheaf sheaf = shared[first + i & shared.length - 1];
            if (sheaf.tryAcquire()) {
                return sheaf;
            }
        }
        return null;
    }

    /// Gives all stock back that nobody else may be using now, and asks the others for theirs.
    ///
    /// @param cpu the CPU that the caller runs on
    void drain(Cpu cpu) {
        Thread me = Thread.currentThread();
        for (Sheaf sheaf : byThread) {
            drainThread(sheaf, me, cpu);
        }
        for (Sheaf sheaf : shared) {
            drainShared(sheaf, cpu);
        }
        drainBarn(cpu);
    }

    private void drainShared(Sheaf sheaf, Cpu cpu) {
        if (!sheaf.tryAcquire()) {
            sheaf.revoked = true;
            return;
        }
        try {
            empty(sheaf, cpu);
        } finally {
            sheaf.release();
        }
    }

    private void drainThread(Sheaf sheaf, Thread me, Cpu cpu) {
        Thread owner = sheaf.owner();
        if (sheaf.isOwnedBy(me)) {
            empty(sheaf, cpu);
        } else if (owner != null && owner.isAlive()) {
            sheaf.revoked = true;
        } else if (sheaf.changeOwner(owner, me)) {
            try {
                empty(sheaf, cpu);
            } finally {
                sheaf.changeOwner(me, null);
            }
        }
    }

    /// Gives all stock back. Nobody else may use the cache any more.
    void drainAll(Cpu cpu) {
        for (Sheaf[] sheaves : new Sheaf[][] {byThread, shared}) {
            for (Sheaf sheaf : sheaves) {
                empty(sheaf, cpu);
            }
        }
        drainBarn(cpu);
    }

    private void drainBarn(Cpu cpu) {
        long[] objects = new long[capacityMost];
        int got = barn.take(objects, capacityMost);
        while (got > 0) {
            freeBulk(cpu, objects, 0, got);
            got = barn.take(objects, capacityMost);
        }
    }
}
