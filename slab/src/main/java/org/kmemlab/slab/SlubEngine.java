package org.kmemlab.slab;

import java.util.List;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PhysicalMemory;

/// SLUB as Linux 6.1 has it.
///
/// **Allocation** looks for a free object where it is cheapest: the CPU's free list, the CPU's slab
/// (objects that others freed), the CPU's stack of partial slabs, the node's partial list, other
/// nodes, a new slab. **Free** puts the object on the free list of the slab it lies in; only if
/// that is the CPU's slab, on the CPU's own list. A full slab that gets its first free object
/// joins the stack of the CPU that freed it; a slab without objects in use is released if its node
/// keeps enough others. Caches with debug flags take [CheckedPath] instead of all this.
///
/// **Locking.** In a stepped run none; otherwise per-CPU state belongs to who runs on the CPU, a
/// slab's word is replaced atomically, and each node's lists have a lock.
///
/// @see <a href="https://docs.kernel.org/mm/slub.html">Short users guide for SLUB</a>
final class SlubEngine implements SlabEngine {

    private final SlabCache cache;
    private final Claims claims;
    private final FreeLinks links;
    private final SlabBuilder builder;
    private final SlubNodes nodes;
    private final CpuSlab[] cpus;
    private final BulkFree[] bulk;
    private final SlubDebug debug;
    private final CheckedPath checked;
    private final SplittableRandom random;
    private final boolean isDebug;
    private final boolean refusesMisuse;
    private final boolean keepsCpuPartials;
    private final CacheTunables tunables;

    SlubEngine(SlabCache cache, FreelistOrder order) {
        SlabAllocator allocator = cache.allocator();
        Machine machine = allocator.machine();
        SlabSettings settings = allocator.settings();
        SlubGeometry geometry = cache.geometry().slub();
        this.cache = cache;
        this.claims = new Claims(cache);
        this.random = machine.random("slub:" + cache.name());
        this.isDebug = geometry.isDebug();
        this.refusesMisuse = cache.refusesMisuse();
        this.keepsCpuPartials = settings.cpuPartials() && !isDebug;
        this.tunables =
                new CacheTunables(cache.name(), geometry, keepsCpuPartials, this::flush);
        this.links = new FreeLinks(cache, random.nextLong());
        this.debug = new SlubDebug(cache, links);
        this.builder = new SlabBuilder(cache, allocator.slabPages(), allocator.table(), links,
                order, debug);
        this.nodes = new SlubNodes(machine.config().nodes(),
                geometry.flags().has(SlabFlags.STORE_USER), tunables, builder);
        this.checked = new CheckedPath(cache, nodes, links, debug);
        this.cpus = new CpuSlab[machine.cpus().size()];
        this.bulk = new BulkFree[cpus.length];
        for (int id = 0; id < cpus.length; id++) {
            cpus[id] = new CpuSlab(machine.cpu(id), nodes, links, tunables);
            bulk[id] = new BulkFree(allocator.table(), links, this::claim);
        }
    }

    @Override
    public long alloc(Cpu cpu, int node, GfpFlags gfp) {
        CpuSlab mine = cpus[cpu.id()];
        SlubSlab slab = mine.slab;
        if (slab == null || mine.freelist == 0
                || (node != KmemCache.ANY_NODE && node != slab.node)) {
            return allocSlow(mine, node, gfp);
        }
        long object = mine.pop();
        mine.count(SlubStat.ALLOC_FASTPATH);
        if (refusesMisuse) {
            slab.markAllocated(object);
        }
        return object;
    }

    private long allocSlow(CpuSlab mine, int wanted, GfpFlags gfp) {
        mine.count(SlubStat.ALLOC_SLOWPATH);
        int node = wanted >= 0 && wanted < nodes.count() ? wanted : KmemCache.ANY_NODE;
        long object = 0;
        while (object == 0) {
            SlubSlab slab = isDebug ? null : findOwn(mine, node);
            if (slab == null) {
                slab = takePartial(mine, node);
            }
            if (slab == null) {
                slab = grow(mine, node, gfp);
            }
            if (slab == null) {
                cache.allocator().reports().outOfMemory(cache, node, gfp);
                return 0;
            }
            object = isDebug ? checked.take(mine.cpu, slab) : mine.pop();
            if (refusesMisuse && object != 0) {
                slab.markAllocated(object);
            }
        }
        return object;
    }

    /// Looks for a free object in the slabs that the CPU already has.
    ///
    /// @return the CPU's slab, with something on the CPU's free list; null if there is none
    private @Nullable SlubSlab findOwn(CpuSlab mine, int node) {
        do {
            SlubSlab slab = mine.slab;
            if (slab == null) {
                continue;
            }
            if (node != KmemCache.ANY_NODE && slab.node != node) {
                mine.count(SlubStat.ALLOC_NODE_MISMATCH);
                mine.deactivate(slab);
            } else if (mine.freelist != 0) {
                return slab;
            } else if (mine.refill(slab)) {
                mine.count(SlubStat.ALLOC_REFILL);
                return slab;
            } else {
                mine.drop();
                mine.count(SlubStat.DEACTIVATE_BYPASS);
            }
        } while (mine.popPartial());
        return null;
    }

    /// Takes a slab from a partial list: of the wanted node, or of any, the near one first.
    private @Nullable SlubSlab takePartial(CpuSlab mine, int node) {
        if (node != KmemCache.ANY_NODE) {
            return takePartialOf(mine, node);
        }
        int near = mine.cpu.node();
        SlubSlab slab = takePartialOf(mine, near);
        int count = nodes.count();
        if (slab != null || count == 1 || !tunables.looksAtOtherNodes(random.nextInt(1024))) {
            return slab;
        }
        for (int distance = 1; distance < count && slab == null; distance++) {
            int far = (near + distance) % count;
            if (tunables.isMoreThanEnough(nodes.of(far).count())) {
                slab = takePartialOf(mine, far);
            }
        }
        return slab;
    }

    private @Nullable SlubSlab takePartialOf(CpuSlab mine, int node) {
        NodePartials list = nodes.of(node);
        SlubSlab slab = list.first();
        if (slab == null || isDebug) {
            return slab;
        }
        list.remove(slab);
        mine.count(SlubStat.ALLOC_FROM_PARTIAL);
        if (keepsCpuPartials) {
            stockUp(mine, list);
        }
        mine.install(slab);
        return slab;
    }

    /// Moves partial slabs to the CPU's stack, so that the node's lock is not needed again soon.
    private void stockUp(CpuSlab mine, NodePartials list) {
        SlubSlab slab = list.first();
        for (int moved = 0; slab != null && moved <= tunables.cpuPartialSlabs() / 2; moved++) {
            list.remove(slab);
            mine.pushPartial(slab);
            mine.count(SlubStat.CPU_PARTIAL_NODE);
            slab = list.first();
        }
    }

    private @Nullable SlubSlab grow(CpuSlab mine, int node, GfpFlags gfp) {
        SlubSlab slab = builder.build(mine, node, gfp);
        if (slab == null) {
            return null;
        }
        mine.count(SlubStat.ALLOC_SLAB);
        nodes.of(slab).born(slab);
        if (isDebug) {
            nodes.of(slab).addFirst(slab);
            return slab;
        }
        SlubSlab meanwhile = mine.slab;
        if (meanwhile != null) {
            // Getting pages can sleep, and whoever ran then may have got a slab for this CPU.
            mine.deactivate(meanwhile);
            mine.count(SlubStat.CPUSLAB_FLUSH);
        }
        mine.install(slab);
        return slab;
    }

    @Override
    public void free(Cpu cpu, long object) {
        CpuSlab mine = cpus[cpu.id()];
        SlubSlab slab = mine.slab;
        if (slab != null && slab.holds(object) && (!refusesMisuse || slab.markFreed(object))) {
            mine.push(object);
            mine.count(SlubStat.FREE_FASTPATH);
        } else {
            freeSlow(mine, claim(object), object, object, 1);
        }
    }

    /// The slab of an object that comes back, the object marked as free.
    ///
    /// @throws SlabBugException if it is no allocated object of this cache
    SlubSlab claim(long object) {
        return (SlubSlab) claims.claim(object);
    }

    @Override
    public SlabBug describe(long address) {
        return claims.describe(address);
    }

    @Override
    public void requireAllocated(long address) {
        claims.requireAllocated(address);
    }

    /// Puts a chain of objects of one slab on the slab's free list.
    ///
    /// @param head first object; the links from it to `tail` are set
    private void freeSlow(CpuSlab mine, SlubSlab slab, long head, long tail, int count) {
        mine.count(SlubStat.FREE_SLOWPATH);
        if (isDebug) {
            checked.free(mine, slab, head, tail, count);
            return;
        }
        boolean wasFull = slab.head() == SlabWord.NO_OBJECT;
        boolean wasFrozen = slab.frozen();
        links.set(tail, slab.headAddress());
        slab.set(head, slab.inuse() - count, wasFrozen);
        if (wasFrozen) {
            mine.count(SlubStat.FREE_FROZEN);
        } else if (wasFull && keepsCpuPartials) {
            mine.pushFreed(slab);
        } else if (nodes.wantsToRelease(slab)) {
            if (!wasFull) {
                nodes.of(slab).remove(slab);
                mine.count(SlubStat.FREE_REMOVE_PARTIAL);
            }
            mine.count(SlubStat.FREE_SLAB);
            nodes.discard(mine.cpu, slab);
        } else if (wasFull) {
            nodes.of(slab).addLast(slab);
            mine.count(SlubStat.FREE_ADD_PARTIAL);
        }
    }

    @Override
    public int allocBulk(Cpu cpu, GfpFlags gfp, long[] out, int from, int count) {
        CpuSlab mine = cpus[cpu.id()];
        for (int i = 0; i < count; i++) {
            SlubSlab slab = mine.slab;
            long object;
            if (slab == null || mine.freelist == 0) {
                object = allocSlow(mine, KmemCache.ANY_NODE, gfp);
                if (object == 0) {
                    return i;
                }
            } else {
                object = mine.pop();
                if (refusesMisuse) {
                    slab.markAllocated(object);
                }
            }
            out[from + i] = object;
        }
        return count;
    }

    @Override
    public void freeBulk(Cpu cpu, long[] objects, int from, int count) {
        CpuSlab mine = cpus[cpu.id()];
        BulkFree group = bulk[cpu.id()];
        int left = count;
        while (left > 0) {
            SlubSlab slab = group.gather(objects, from, left);
            left -= group.count();
            if (slab == mine.slab) {
                links.set(group.tail(), mine.freelist);
                mine.freelist = group.head();
                mine.count(SlubStat.FREE_FASTPATH);
            } else {
                freeSlow(mine, slab, group.head(), group.tail(), group.count());
            }
            if (group.bug() != null) {
                throw group.bug();
            }
        }
    }

    @Override
    public boolean shrink(Cpu cpu) {
        flushAll();
        return new SlubShrink(nodes, cpu).shrink();
    }

    @Override
    public boolean shutdown(Cpu cpu) {
        flushAll();
        return new SlubShrink(nodes, cpu)
                .releaseAll(slab -> debug.reports.remaining(cpu, slab));
    }

    @Override
    public void wipe(long object) {
        SlubGeometry geometry = cache.geometry().slub();
        PhysicalMemory memory = cache.memory();
        memory.fill(object, geometry.objectSize(), (byte) 0);
        int metadata = geometry.size() - geometry.redLeftPad() - geometry.inuse();
        memory.fill(object + geometry.inuse(), metadata, (byte) 0);
    }

    @Override
    public void wipeLink(long object) {
        cache.memory().putLong(object + cache.geometry().slub().offset(), 0);
    }

    @Override
    public int validateSlabs(Cpu cpu) {
        flushAll();
        return debug.validate(cpu, nodes);
    }

    @Override
    public List<TrackSite> trackSites(ObjectTracks.Kind kind) {
        return debug.trackSites(nodes, kind);
    }

    @Override
    public void printTracks(long object) {
        debug.reports.printTracks(object);
    }

    @Override
    public void setRequestedSize(long object, int size) {
        debug.tracks.setRequestedSize(object, size);
        debug.bytes.guardRequestedSize(object);
    }

    private void flush() {
        cache.locked(() -> {
            flushAll();
            return cache;
        });
    }

    private void flushAll() {
        for (CpuSlab mine : cpus) {
            mine.flush();
        }
    }

    @Override
    public CacheTunables tunables() {
        return tunables;
    }

    @Override
    public void clearCounter(SlubStat stat) {
        for (CpuSlab mine : cpus) {
            mine.clearCounter(stat);
        }
    }

    @Override
    public void restore(CacheSnapshot state) {
        new SlubRestore(cache, cpus, nodes, links, debug.bytes).run(state.slub());
    }

    @Override
    public void adoptFull(int pfn) {
        new SlubRestore(cache, cpus, nodes, links, debug.bytes).adoptFull(pfn);
    }

    @Override
    public CacheSnapshot snapshot() {
        return new SlubView(cache, cpus, nodes, links).snapshot();
    }

    @Override
    public void validate() {
        new SlubValidation(cache, cpus, nodes, links).run();
    }
}
