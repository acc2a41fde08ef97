package org.kmemlab.slab;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;

/// The classic allocator SLAB as Linux 6.1 has it.
///
/// **Allocation** pops an object from the CPU's array. An empty array gets a batch: from the array
/// that the CPUs of the node share, else from the node's slabs, partial ones first, else from one
/// new slab. **Free** pushes the object onto the array. From a full one the oldest batch goes back
/// first, to the shared array if it has room, else to the slabs; slabs without active objects stay
/// until the node has more free objects than its limit. Objects of another node go to an array of
/// aliens, which is sent home as a whole. What nobody uses for seconds is given up ([ClassicReaper]).
///
/// ```text
///   alloc ◄── array of the CPU ◄── shared array ◄── partial, free slabs ◄── new slab
///   free ───►  (LIFO)          ───►             ───► partial, free slabs ───► pages
/// ```
///
/// Not for live use: nothing here is safe for several threads.
///
/// @see <a href="https://www.usenix.org/conference/2001-usenix-annual-technical-conference/magazines-and-vmem-extending-slab-allocator-many-cpus">
///      Bonwick and Adams, Magazines and Vmem, 2001</a>
final class ClassicEngine implements SlabEngine {

    /// Objects that an array gets at most if it was not used for some time.
    private static final int COLD_BATCH = 16;

    private final SlabCache cache;
    private final Claims claims;
    private final ClassicDebug debug;
    private final ClassicSlabs slabs;
    private final ClassicArrays arrays;
    private final ClassicNode[] nodes;
    private final ClassicStats.Counter stats = new ClassicStats.Counter();
    private final boolean refusesMisuse;
    private final @Nullable ClassicReaper reaper;

    ClassicEngine(SlabCache cache) {
        SlabAllocator allocator = cache.allocator();
        ClassicGeometry geometry = cache.geometry().classic();
        this.cache = cache;
        this.claims = new Claims(cache);
        this.refusesMisuse = cache.refusesMisuse();
        this.reaper = allocator.classicReaper();
        this.debug = new ClassicDebug(cache);
        this.slabs = new ClassicSlabs(cache,
                allocator.freelistOrder(cache.args().name(), geometry), debug);
        this.nodes = new ClassicNode[allocator.machine().config().nodes()];
        for (int id = 0; id < nodes.length; id++) {
            nodes[id] = new ClassicNode(id, geometry.objects(), debug);
        }
        this.arrays = new ClassicArrays(cache, nodes, slabs, stats);
    }

    @Override
    public long alloc(Cpu cpu, int node, GfpFlags gfp) {
        long object = take(cpu, node, gfp);
        if (object == 0) {
            return 0;
        }
        if (refusesMisuse) {
            arrays.slabOf(object).markAllocated(object);
        }
        if (debug.isOn()) {
            debug.allocated(cpu, object);
        }
        return object;
    }

    private long take(Cpu cpu, int wanted, GfpFlags gfp) {
        int near = cpu.node();
        if (wanted != KmemCache.ANY_NODE && wanted != near) {
            return wanted >= 0 && wanted < nodes.length ? takeOf(cpu, wanted, gfp)
                    : takeAnywhere(cpu, gfp);
        }
        ArrayCache mine = arrays.of(cpu);
        if (mine.avail > 0) {
            mine.touched = true;
            stats.allocHit++;
            return mine.pop();
        }
        return refill(cpu, gfp) ? arrays.of(cpu).pop() : takeOf(cpu, near, gfp);
    }

    /// Gets a batch of objects for a CPU whose array is empty.
    ///
    /// @return false if there is no memory
    private boolean refill(Cpu cpu, GfpFlags gfp) {
        ArrayCache mine = arrays.of(cpu);
        ClassicNode node = nodes[cpu.node()];
        ArrayCache shared = node.shared;
        stats.allocMiss++;
        int batch = mine.touched ? mine.batchCount : Math.min(mine.batchCount, COLD_BATCH);
        if (shared != null && mine.takeFrom(shared, batch) > 0) {
            shared.touched = true;
        } else if (node.freeObjects() > 0) {
            node.fill(mine, batch);
            stats.leaveSlabs(mine.avail);
        }
        if (mine.avail == 0 && !grow(cpu, batch, gfp)) {
            return false;
        }
        arrays.of(cpu).touched = true;
        arm(cpu);
        return true;
    }

    /// Makes a new slab and takes objects for the CPU's array from it.
    private boolean grow(Cpu cpu, int batch, GfpFlags gfp) {
        ClassicSlab slab = build(cpu, cpu.node(), exact(gfp));
        // Getting pages can sleep, and whoever ran then may have filled the array, or changed it.
        ArrayCache mine = arrays.of(cpu);
        if (slab != null) {
            if (mine.avail == 0) {
                ClassicNode.fillFrom(slab, mine, Math.min(batch, mine.limit));
                stats.leaveSlabs(mine.avail);
            }
            nodes[slab.node].born(slab);
        }
        return mine.avail > 0;
    }

    private @Nullable ClassicSlab build(Cpu cpu, int node, GfpFlags gfp) {
        ClassicSlab slab = slabs.build(cpu, node, gfp, nodes);
        if (slab == null) {
            stats.errors++;
        } else {
            stats.grown++;
        }
        return slab;
    }

    /// One object from a certain node, past all arrays; if it has none, from any node.
    private long takeOf(Cpu cpu, int node, GfpFlags gfp) {
        long object = takeExactly(cpu, node, gfp);
        return object == 0 ? takeAnywhere(cpu, gfp) : object;
    }

    private long takeExactly(Cpu cpu, int node, GfpFlags gfp) {
        long object = nodes[node].takeOne();
        if (object == 0) {
            ClassicSlab slab = build(cpu, node, exact(gfp));
            if (slab == null) {
                return 0;
            }
            object = slab.take();
            nodes[slab.node].born(slab);
        }
        stats.nodeAllocs++;
        stats.leaveSlabs(1);
        return object;
    }

    /// One object from the nearest node that has one; else from a new slab of any node, for which
    /// memory may be reclaimed.
    private long takeAnywhere(Cpu cpu, GfpFlags gfp) {
        if (gfp.has(GfpFlags.THISNODE)) {
            return 0;
        }
        int near = cpu.node();
        while (true) {
            for (int distance = 0; distance < nodes.length; distance++) {
                int node = (near + distance) % nodes.length;
                long object = nodes[node].freeObjects() > 0 ? takeExactly(cpu, node, gfp) : 0;
                if (object != 0) {
                    return object;
                }
            }
            ClassicSlab slab = build(cpu, near, gfp);
            if (slab == null) {
                return 0;
            }
            nodes[slab.node].born(slab);
        }
    }

    /// For pages of one node only, without any trouble: there are other nodes to ask.
    private static GfpFlags exact(GfpFlags gfp) {
        return gfp.with(GfpFlags.THISNODE).with(GfpFlags.NOWARN).without(GfpFlags.RECLAIM)
                .without(GfpFlags.NOFAIL);
    }

    @Override
    public void free(Cpu cpu, long object) {
        Slab slab = claims.claim(object);
        if (debug.isOn()) {
            debug.freed(cpu, object);
        }
        if (nodes.length > 1 && slab.node != cpu.node()) {
            arrays.putAlien(cpu, slab.node, object);
        } else {
            arrays.put(cpu, object);
        }
        arm(cpu);
    }

    private void arm(Cpu cpu) {
        if (reaper != null) {
            reaper.arm(cpu);
        }
    }

    @Override
    public int allocBulk(Cpu cpu, GfpFlags gfp, long[] out, int from, int count) {
        for (int i = 0; i < count; i++) {
            out[from + i] = alloc(cpu, KmemCache.ANY_NODE, gfp);
            if (out[from + i] == 0) {
                return i;
            }
        }
        return count;
    }

    @Override
    public void freeBulk(Cpu cpu, long[] objects, int from, int count) {
        for (int i = 0; i < count; i++) {
            free(cpu, objects[from + i]);
        }
    }

    @Override
    public SlabBug describe(long address) {
        return claims.describe(address);
    }

    @Override
    public void requireAllocated(long address) {
        claims.requireAllocated(address);
    }

    @Override
    public boolean shrink(Cpu cpu) {
        arrays.drainAll(cpu);
        boolean none = true;
        for (ClassicNode node : nodes) {
            giveUp(cpu, node, Long.MAX_VALUE);
            none &= node.partial.isEmpty() && node.full.isEmpty();
        }
        return none;
    }

    /// Destroys free slabs, the one that has waited longest first.
    ///
    /// @return how many there were
    long giveUp(Cpu cpu, ClassicNode node, long most) {
        long given = 0;
        while (given < most && !node.free.isEmpty()) {
            slabs.destroy(cpu, node.removeFree());
            given++;
        }
        return given;
    }

    @Override
    public boolean shutdown(Cpu cpu) {
        return shrink(cpu);
    }

    /// Ages what a CPU and its node keep; see [ClassicReaper].
    ///
    /// @param aliens the node whose objects go home now
    /// @return whether there is more to give up later
    boolean reap(Cpu cpu, int aliens, long nowJiffies, long nodePeriod) {
        ClassicNode node = nodes[cpu.node()];
        arrays.sendHome(cpu, node, aliens);
        arrays.age(cpu, node, arrays.of(cpu));
        if (node.nextReap <= nowJiffies) {
            node.nextReap = nowJiffies + nodePeriod;
            arrays.age(cpu, node, node.shared);
            if (node.freeTouched) {
                node.freeTouched = false;
            } else {
                int fifth = 5 * cache.geometry().objects();
                stats.reaped += giveUp(cpu, node, (node.freeLimit() + fifth - 1) / fifth);
            }
        }
        return arrays.hasSomething(cpu) || !node.free.isEmpty();
    }

    @Override
    public void wipe(long object) {
        cache.memory().fill(object, cache.geometry().objectSize(), (byte) 0);
    }

    @Override
    public ArrayLimits arrayLimits() {
        return arrays.limits();
    }

    @Override
    public void tune(Cpu cpu, ArrayLimits limits) {
        arrays.tune(cpu, limits);
    }

    @Override
    public void restore(CacheSnapshot state) {
        new ClassicRestore(cache, arrays, nodes).run(state.classic());
        stats.set(state.classic().stats(), state.activeObjects());
        cache.allocator().machine().cpus().forEach(this::arm);
    }

    @Override
    public void adoptFull(int pfn) {
        throw new IllegalArgumentException("cache " + cache.name() + ": slab 0x"
                + Integer.toHexString(pfn) + ": a state of SLAB names its full slabs, too");
    }

    @Override
    public CacheSnapshot snapshot() {
        return new ClassicView(cache, arrays, nodes, stats).snapshot();
    }

    @Override
    public void validate() {
        new ClassicValidation(cache, arrays, nodes).run();
    }
}
