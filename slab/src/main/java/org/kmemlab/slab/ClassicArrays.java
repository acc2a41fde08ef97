package org.kmemlab.slab;

import java.util.Collection;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// The arrays of free objects of one cache of the classic allocator SLAB, and how objects go from
/// them back to their slabs.
final class ClassicArrays {

    /// Objects that an array of aliens holds at most.
    private static final int ALIEN_LIMIT = 12;
    /// What shared and alien arrays have for a batch: they have none, and this number shows it.
    private static final int NO_BATCH = 0xbaad_f00d;

    private final SlabCache cache;
    private final Machine machine;
    private final ClassicNode[] nodes;
    private final ClassicSlabs slabs;
    private final ClassicStats.Counter stats;
    private final ArrayCache[] byCpu;
    private ArrayLimits limits;

    ClassicArrays(SlabCache cache, ClassicNode[] nodes, ClassicSlabs slabs,
            ClassicStats.Counter stats) {
        this.cache = cache;
        this.machine = cache.allocator().machine();
        this.nodes = nodes;
        this.slabs = slabs;
        this.stats = stats;
        this.limits = cache.geometry().classic().limits();
        this.byCpu = new ArrayCache[machine.cpus().size()];
        install(limits);
    }

    private void install(ArrayLimits now) {
        limits = now;
        for (int cpu = 0; cpu < byCpu.length; cpu++) {
            byCpu[cpu] = new ArrayCache(now.limit(), now.batchCount());
        }
        for (ClassicNode node : nodes) {
            int cpus = (int) machine.cpus().stream().filter(cpu -> cpu.node() == node.id).count();
            node.setFreeLimit(cpus, now.batchCount());
            node.shared = now.shared() == 0 ? null
                    : new ArrayCache(now.shared() * now.batchCount(), NO_BATCH);
            if (node.alien == null) {
                node.alien = aliens(node.id, now.limit());
            }
        }
    }

    private @Nullable ArrayCache @Nullable [] aliens(int home, int limit) {
        if (nodes.length == 1 || !cache.allocator().settings().classic().aliens()) {
            return null;
        }
        @Nullable ArrayCache[] aliens = new ArrayCache[nodes.length];
        for (int node = 0; node < nodes.length; node++) {
            aliens[node] = node == home ? null
                    : new ArrayCache(limit > 1 ? ALIEN_LIMIT : limit, NO_BATCH);
        }
        return aliens;
    }

    ArrayLimits limits() {
        return limits;
    }

    /// The array of a CPU.
    ArrayCache of(Cpu cpu) {
        return byCpu[cpu.id()];
    }

    /// The slab of an object that waits here.
    ClassicSlab slabOf(long object) {
        return (ClassicSlab) Objects.requireNonNull(cache.allocator().table().at(object));
    }

    /// Puts a free object of the near node to the others of a CPU.
    void put(Cpu cpu, long object) {
        ArrayCache mine = of(cpu);
        if (mine.isFull()) {
            stats.freeMiss++;
            flush(cpu, mine);
        } else {
            stats.freeHit++;
        }
        mine.push(object);
    }

    /// Makes room in a CPU's array: its oldest objects go to the shared array or to their slabs.
    private void flush(Cpu cpu, ArrayCache mine) {
        ClassicNode node = nodes[cpu.node()];
        ArrayCache shared = node.shared;
        if (shared != null && !shared.isFull()) {
            mine.dropOldest(shared.copyOldest(mine, mine.batchCount));
        } else {
            release(cpu, node, mine, mine.batchCount);
        }
        stats.maxFreeable = Math.max(stats.maxFreeable, node.freeSlabs());
    }

    /// Gives the oldest objects of an array back to their slabs, and slabs that are too many back
    /// as pages.
    private void release(Cpu cpu, ClassicNode node, ArrayCache array, int count) {
        for (int i = 0; i < count; i++) {
            long object = array.at(i);
            node.put(slabOf(object), object);
        }
        stats.active -= count;
        array.dropOldest(count);
        destroy(cpu, node.shedSurplus());
    }

    private void destroy(Cpu cpu, Collection<ClassicSlab> dying) {
        dying.forEach(slab -> slabs.destroy(cpu, slab));
    }

    /// Puts a free object of another node aside, to be sent home with others.
    void putAlien(Cpu cpu, int home, long object) {
        stats.nodeFrees++;
        ClassicNode here = nodes[cpu.node()];
        ArrayCache aliens = here.alien == null ? null : here.alien[home];
        if (aliens == null) {
            ClassicNode node = nodes[home];
            node.put(slabOf(object), object);
            stats.active--;
            destroy(cpu, node.shedSurplus());
            return;
        }
        if (aliens.isFull()) {
            stats.overflows++;
            sendHome(cpu, here, home);
        }
        aliens.push(object);
    }

    /// Sends the objects of another node home: to its shared array, the rest to their slabs.
    void sendHome(Cpu cpu, ClassicNode here, int home) {
        ArrayCache aliens = here.alien == null ? null : here.alien[home];
        if (aliens == null || aliens.avail == 0) {
            return;
        }
        ClassicNode node = nodes[home];
        if (node.shared != null) {
            node.shared.takeFrom(aliens, aliens.limit);
        }
        release(cpu, node, aliens, aliens.avail);
    }

    /// Ages an array: one that was not used since it was aged last loses a fifth.
    void age(Cpu cpu, ClassicNode node, @Nullable ArrayCache array) {
        if (array == null || array.avail == 0) {
            return;
        }
        if (array.touched) {
            array.touched = false;
            return;
        }
        int count = (array.limit + 4) / 5;
        release(cpu, node, array, count > array.avail ? (array.avail + 1) / 2 : count);
    }

    /// Whether there are objects that a CPU can age.
    boolean hasSomething(Cpu cpu) {
        ClassicNode node = nodes[cpu.node()];
        boolean something = of(cpu).avail > 0 || (node.shared != null && node.shared.avail > 0);
        for (int home = 0; node.alien != null && home < nodes.length; home++) {
            ArrayCache aliens = node.alien[home];
            something |= aliens != null && aliens.avail > 0;
        }
        return something;
    }

    /// Gives all waiting objects back to their slabs.
    void drainAll(Cpu cpu) {
        drainCpus(cpu);
        for (ClassicNode node : nodes) {
            for (int home = 0; home < nodes.length; home++) {
                sendHome(cpu, node, home);
            }
        }
        drainShared(cpu);
    }

    private void drainCpus(Cpu cpu) {
        for (Cpu owner : machine.cpus()) {
            release(cpu, nodes[owner.node()], of(owner), of(owner).avail);
        }
    }

    private void drainShared(Cpu cpu) {
        for (ClassicNode node : nodes) {
            if (node.shared != null) {
                release(cpu, node, node.shared, node.shared.avail);
            }
        }
    }

    /// Replaces the arrays of CPUs and the shared ones by others; those of aliens stay.
    void tune(Cpu cpu, ArrayLimits now) {
        drainCpus(cpu);
        drainShared(cpu);
        install(now);
    }

    /// Puts an array into a recorded state.
    static void fill(ArrayCache array, ClassicSnapshot.ArrayView view) {
        view.entries().forEach(array::push);
        array.touched = view.touched();
    }

    /// Replaces the array of a CPU by one of a recorded state.
    void restore(int cpu, ClassicSnapshot.ArrayView view) {
        byCpu[cpu] = new ArrayCache(view.limit(), view.batchCount());
        fill(byCpu[cpu], view);
    }

    void setLimits(ArrayLimits recorded) {
        limits = recorded;
    }

    /// The arrays, by CPU.
    ArrayCache[] all() {
        return byCpu.clone();
    }
}
