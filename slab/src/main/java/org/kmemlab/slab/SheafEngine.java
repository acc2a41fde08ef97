package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;

/// SLUB with a layer of sheaves above it, as Linux 6.18 has it for caches that ask for them.
///
/// An object is taken from the CPU's sheaves if that can be done, else from the slabs; objects of the
/// CPU's own node always go back to its sheaves, those of other nodes to their slabs. What
/// `kfree_rcu` frees is gathered in a sheaf that waits for its grace period as a whole. Requests for
/// memory of another node pass the sheaves by.
///
/// For stepped runs: the threads of live use have [Sheaves], which grow.
///
/// @see <a href="https://docs.kernel.org/mm/slab.html">Slab Allocation</a>
final class SheafEngine implements SlabEngine {

    private final SlabCache cache;
    private final SlubEngine slabs;
    private final SlabTable table;
    private final SheafSupply supply;
    private final SheafCounters counters;
    private final List<CpuSheaves> cpus = new ArrayList<>();
    private final List<NodeBarn> barns = new ArrayList<>();
    private final RcuSheaves rcu;
    private final long[] remote = new long[CpuSheaves.FLUSH_BATCH];

    /// An engine without any sheaf, which is not to be used before [#start].
    SheafEngine(SlabCache cache, SlubEngine slabs, SheafSupply supply) {
        this.cache = cache;
        this.slabs = slabs;
        this.table = cache.allocator().table();
        this.supply = supply;
        this.counters = supply.counters();
        for (int node = 0; node < cache.allocator().machine().config().nodes(); node++) {
            barns.add(new NodeBarn());
        }
        this.rcu = new RcuSheaves(cache, slabs, counters);
    }

    /// Gives each CPU its first sheaf.
    ///
    /// @return false if there is not memory enough; nothing is left then
    boolean start(Cpu by, int capacity) {
        for (Cpu cpu : cache.allocator().machine().cpus()) {
            SlabSheaf main = supply.create(by, capacity, GfpFlags.GFP_KERNEL);
            if (main == null) {
                stop(by);
                return false;
            }
            counters.count(by, SheafStat.SHEAF_ALLOC);
            cpus.add(new CpuSheaves(cpu, main, barns.get(cpu.node()), supply));
        }
        return true;
    }

    private void stop(Cpu by) {
        cpus.forEach(mine -> supply.discard(by, mine.main));
        cpus.clear();
    }

    /// Whether no CPU has sheaves: not yet, or not any more.
    boolean isStopped() {
        return cpus.isEmpty();
    }

    CpuSheaves of(Cpu cpu) {
        return cpus.get(cpu.id());
    }

    @Override
    public long alloc(Cpu cpu, int node, GfpFlags gfp) {
        boolean local = node == KmemCache.ANY_NODE || node == cpu.node();
        CpuSheaves mine = of(cpu);
        if (!local || !mine.provideObjects(gfp)) {
            return slabs.alloc(cpu, node, gfp);
        }
        // Whoever filled the sheaf did not care about nodes.
        if (node != KmemCache.ANY_NODE && nodeOf(mine.main.top()) != node) {
            return slabs.alloc(cpu, node, gfp);
        }
        counters.count(cpu, SheafStat.ALLOC_CPU_SHEAF);
        return supply.take(mine.main);
    }

    private int nodeOf(long object) {
        Slab slab = table.at(object);
        return slab == null ? KmemCache.ANY_NODE : slab.node;
    }

    @Override
    public void free(Cpu cpu, long object) {
        if (nodeOf(object) != cpu.node()) {
            slabs.free(cpu, object);
            return;
        }
        slabs.claim(object);
        CpuSheaves mine = of(cpu);
        mine.provideRoom();
        mine.main.push(object);
        counters.count(cpu, SheafStat.FREE_CPU_SHEAF);
    }

    /// Takes as many objects from sheaves as there are nearby, the rest from slabs.
    @Override
    public int allocBulk(Cpu cpu, GfpFlags gfp, long[] out, int from, int count) {
        CpuSheaves mine = of(cpu);
        int got = 0;
        while (got < count && (!mine.main.isEmpty() || mine.takeNearby())) {
            int batch = mine.main.popMany(out, from + got, count - got);
            counters.add(cpu, SheafStat.ALLOC_CPU_SHEAF, batch);
            for (int i = 0; i < batch; i++) {
                supply.mark(out[from + got + i], true);
            }
            got += batch;
        }
        int rest = slabs.allocBulk(cpu, gfp, out, from + got, count - got);
        if (rest < count - got) {
            slabs.freeBulk(cpu, out, from, got + rest);
            return 0;
        }
        return count;
    }

    /// Puts as many objects into sheaves as there is room for nearby; the rest goes to the slabs.
    @Override
    public void freeBulk(Cpu cpu, long[] objects, int from, int count) {
        int end = from + count;
        int first = end;
        SlabBugException bug = null;
        while (first > from && bug == null) {
            try {
                slabs.claim(objects[first - 1]);
                first--;
            } catch (SlabBugException found) {
                bug = found;
            }
        }
        freeClaimed(of(cpu), objects, first, end);
        if (bug != null) {
            throw bug;
        }
    }

    private void freeClaimed(CpuSheaves mine, long[] objects, int from, int until) {
        int end = until;
        int remotes = 0;
        int at = from;
        while (at < end) {
            if (nodeOf(objects[at]) == mine.cpu.node()) {
                at++;
                continue;
            }
            remote[remotes++] = objects[at];
            objects[at] = objects[--end];
            if (remotes == remote.length) {
                supply.giveBack(mine.cpu, remote, 0, remotes);
                remotes = 0;
            }
        }
        int put = 0;
        while (put < end - from && hasRoom(mine)) {
            int batch = mine.main.pushMany(objects, from + put, end - from - put);
            counters.add(mine.cpu, SheafStat.FREE_CPU_SHEAF, batch);
            put += batch;
        }
        supply.giveBack(mine.cpu, objects, from + put, end - from - put);
        supply.giveBack(mine.cpu, remote, 0, remotes);
    }

    private static boolean hasRoom(CpuSheaves mine) {
        if (!mine.main.isFull() || mine.makeRoomNearby(false)) {
            return true;
        }
        mine.countBarnFailure();
        return false;
    }

    /// Takes an object that is to be free after a grace period.
    ///
    /// @return false if no sheaf can take it; it is in use then as before
    boolean freeAfterGrace(Cpu cpu, long object) {
        return nodeOf(object) == cpu.node() && rcu.add(of(cpu), object);
    }

    /// What gathers objects for grace periods.
    RcuSheaves rcu() {
        return rcu;
    }

    /// Gives back what the CPUs hold, except what must wait for a grace period, which starts.
    private void flushCpus() {
        for (CpuSheaves mine : cpus) {
            mine.flush();
            rcu.startGracePeriod(mine);
        }
    }

    private void emptyBarns(Cpu by) {
        CpuSheaves mine = of(by);
        for (NodeBarn barn : barns) {
            barn.clear(sheaf -> {
                mine.flush(sheaf);
                mine.discard(sheaf);
            });
        }
    }

    @Override
    public boolean shrink(Cpu cpu) {
        flushCpus();
        emptyBarns(cpu);
        return slabs.shrink(cpu);
    }

    @Override
    public boolean shutdown(Cpu cpu) {
        flushCpus();
        if (rcu.isAnyWaiting()) {
            cache.allocator().rcu().barrier();
        }
        emptyBarns(cpu);
        boolean gone = slabs.shutdown(cpu);
        if (gone) {
            stop(cpu);
        }
        return gone;
    }

    @Override
    public int validateSlabs(Cpu cpu) {
        flushCpus();
        return slabs.validateSlabs(cpu);
    }

    /// All sheaves of the CPUs and the barns, and those that wait for a grace period.
    List<SlabSheaf> sheaves() {
        List<SlabSheaf> all = rcu.waiting();
        for (CpuSheaves mine : cpus) {
            all.add(mine.main);
            addIfThere(all, mine.spare);
            addIfThere(all, mine.rcuFree);
        }
        barns.forEach(barn -> all.addAll(barn.full()));
        return all;
    }

    private static void addIfThere(List<SlabSheaf> all, @Nullable SlabSheaf sheaf) {
        if (sheaf != null) {
            all.add(sheaf);
        }
    }

    List<CpuSheaves> cpus() {
        return cpus;
    }

    List<NodeBarn> barns() {
        return barns;
    }

    @Override
    public SlabBug describe(long address) {
        return slabs.describe(address);
    }

    @Override
    public void requireAllocated(long address) {
        slabs.requireAllocated(address);
    }

    @Override
    public void wipe(long object) {
        slabs.wipe(object);
    }

    @Override
    public void wipeLink(long object) {
        slabs.wipeLink(object);
    }

    @Override
    public List<TrackSite> trackSites(ObjectTracks.Kind kind) {
        return slabs.trackSites(kind);
    }

    @Override
    public void printTracks(long object) {
        slabs.printTracks(object);
    }

    @Override
    public void setRequestedSize(long object, int size) {
        slabs.setRequestedSize(object, size);
    }

    @Override
    public CacheTunables tunables() {
        return slabs.tunables();
    }

    @Override
    public void clearCounter(SlubStat stat) {
        slabs.clearCounter(stat);
    }

    @Override
    public void restore(CacheSnapshot state) {
        slabs.restore(state);
    }

    @Override
    public void adoptFull(int pfn) {
        slabs.adoptFull(pfn);
    }

    @Override
    public CacheSnapshot snapshot() {
        return slabs.snapshot();
    }

    @Override
    public void validate() {
        slabs.validate();
    }
}
