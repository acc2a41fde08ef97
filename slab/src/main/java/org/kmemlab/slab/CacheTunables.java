package org.kmemlab.slab;

import org.apache.commons.lang3.Validate;

/// What can be changed of a cache while it is in use: how much free memory it keeps, and what it
/// counted.
///
/// `/sys/kernel/slab` has a writable file for each; see [org.kmemlab.slab.proc.SysfsSlab]. A change
/// holds for all who share the cache. [KmemCache#geometry()] goes on to tell what the cache began
/// with. In live use other threads see a change the next time they take or give a slab.
public final class CacheTunables {

    /// Most objects that `cpu_partial` can say.
    public static final long CPU_PARTIAL_MAX = 0xffff_ffffL;
    /// Most percent that `remote_node_defrag_ratio` can say.
    public static final int RATIO_MAX = 100;

    /// Chances in 1,024 that one percent stands for.
    private static final int CHANCES_PER_PERCENT = 10;

    private final String cache;
    private final int objectsPerSlab;
    private final boolean keepsCpuPartials;
    private final Runnable flush;
    private volatile long minPartial;
    private volatile long cpuPartial;
    private volatile int cpuPartialSlabs;
    private volatile int remoteNodeDefragRatio = RATIO_MAX;

    /// @param keepsCpuPartials whether CPUs of this cache keep partial slabs at all
    /// @param flush takes everything from the CPUs
    CacheTunables(String cache, SlubGeometry geometry, boolean keepsCpuPartials, Runnable flush) {
        this.cache = cache;
        this.objectsPerSlab = geometry.objects();
        this.keepsCpuPartials = keepsCpuPartials;
        this.flush = flush;
        this.minPartial = geometry.minPartial();
        this.cpuPartial = geometry.cpuPartial();
        this.cpuPartialSlabs = geometry.cpuPartialSlabs();
    }

    /// Slabs that stay on a node's partial list though they are empty; an unsigned number.
    public long minPartial() {
        return minPartial;
    }

    /// Sets [#minPartial()], for the next slab that becomes empty.
    ///
    /// @param slabs any unsigned number
    public void setMinPartial(long slabs) {
        minPartial = slabs;
    }

    /// Objects that a CPU may keep on partial slabs.
    public long cpuPartial() {
        return cpuPartial;
    }

    /// Sets [#cpuPartial()] and takes from the CPUs what they have. With 0 a CPU still keeps one
    /// slab that it freed into, as in the kernel.
    ///
    /// @throws IllegalArgumentException if it is more than [#CPU_PARTIAL_MAX], or not 0 though the
    ///         CPUs of this cache keep nothing: its objects are checked one by one
    public void setCpuPartial(long objects) {
        Validate.isTrue(objects >= 0 && objects <= CPU_PARTIAL_MAX,
                "cpu_partial %d: expected 0 to %d", (Object) objects, CPU_PARTIAL_MAX);
        Validate.isTrue(objects == 0 || keepsCpuPartials,
                "cpu_partial %d: CPUs keep no partial slabs of cache %s", objects, cache);
        cpuPartial = objects;
        // The kernel computes in 32 bits, and slabs are taken for half full.
        long twice = objects * 2 & CPU_PARTIAL_MAX;
        long rounded = twice + objectsPerSlab - 1 & CPU_PARTIAL_MAX;
        cpuPartialSlabs = (int) Math.min(rounded / objectsPerSlab, Integer.MAX_VALUE);
        flush.run();
    }

    /// Whether CPUs may keep partial slabs: not if the kernel was built without that, nor of a
    /// cache with debug flags.
    public boolean keepsCpuPartials() {
        return keepsCpuPartials;
    }

    /// How often other nodes' partial lists are looked at before a new slab is made, in percent,
    /// nearly.
    public int remoteNodeDefragRatio() {
        return remoteNodeDefragRatio;
    }

    /// Sets [#remoteNodeDefragRatio()].
    ///
    /// @param percent 0 to [#RATIO_MAX]; 0 for never
    public void setRemoteNodeDefragRatio(int percent) {
        Validate.isTrue(percent >= 0 && percent <= RATIO_MAX,
                "remote_node_defrag_ratio %d: expected 0 to %d", (Object) percent, RATIO_MAX);
        remoteNodeDefragRatio = percent;
    }

    /// Slabs that stand for [#cpuPartial()].
    int cpuPartialSlabs() {
        return cpuPartialSlabs;
    }

    /// Whether a node with this many partial slabs has enough of them.
    boolean isEnough(int partialSlabs) {
        return Long.compareUnsigned(partialSlabs, minPartial) >= 0;
    }

    /// Whether a node with this many partial slabs can spare one.
    boolean isMoreThanEnough(int partialSlabs) {
        return Long.compareUnsigned(partialSlabs, minPartial) > 0;
    }

    /// Whether other nodes are looked at.
    ///
    /// @param dice 0 to 1,023
    boolean looksAtOtherNodes(int dice) {
        return remoteNodeDefragRatio > 0 && dice <= remoteNodeDefragRatio * CHANCES_PER_PERCENT;
    }
}
