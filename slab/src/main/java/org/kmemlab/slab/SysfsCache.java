package org.kmemlab.slab;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

import org.apache.commons.lang3.StringUtils;
import org.jspecify.annotations.Nullable;
import org.kmemlab.slab.SlubSnapshot.CpuView;

/// What `/sys/kernel/slab` shows of one cache.
///
/// @param directory name of its directory; that of a cache others may join says what they must have
///        in common, such as `:aA-0000128`
/// @param snapshot the cache
/// @param ctor where objects are constructed; empty without a constructor
/// @param usersize bytes of an object that may be copied to user space
/// @param cpuSlabs slabs that CPUs hold, by memory node
/// @param limits how much free memory it keeps
public record SysfsCache(String directory, SlubSnapshot snapshot, String ctor, int usersize,
        List<Long> cpuSlabs, Limits limits) {

    /// What writable files show, see [CacheTunables].
    ///
    /// @param minPartial an unsigned number
    public record Limits(long minPartial, long cpuPartial, int remoteNodeDefragRatio) {

        static Limits of(CacheTunables tunables) {
            return new Limits(tunables.minPartial(), tunables.cpuPartial(),
                    tunables.remoteNodeDefragRatio());
        }
    }

    /// Copies the list.
    public SysfsCache {
        cpuSlabs = List.copyOf(cpuSlabs);
    }

    /// Reads a cache.
    ///
    /// @param nodeOf the memory node of a page frame
    static SysfsCache of(SlabCache cache, String directory, IntUnaryOperator nodeOf) {
        SlubSnapshot snapshot = cache.engine().snapshot().slub();
        Long[] cpuSlabs = new Long[snapshot.nodes().size()];
        Arrays.fill(cpuSlabs, 0L);
        for (CpuView cpu : snapshot.cpus()) {
            if (cpu.slab() != null) {
                cpuSlabs[nodeOf.applyAsInt(cpu.slab().pfn())]++;
            }
            if (!cpu.partial().isEmpty()) {
                // As in the kernel, the top of a stack speaks for the slabs under it.
                cpuSlabs[nodeOf.applyAsInt(cpu.partial().getFirst().pfn())] += cpu.partial().size();
            }
        }
        return new SysfsCache(directory, snapshot, symbol(cache.ctor()), cache.args().usersize(),
                List.of(cpuSlabs), Limits.of(cache.engine().tunables()));
    }

    /// The same cache with another shape, and the limits that it begins with.
    public SysfsCache withGeometry(SlubGeometry geometry) {
        SlubSnapshot other = snapshot.withGeometry(geometry);
        return new SysfsCache(directory, other, ctor, usersize, cpuSlabs, new Limits(
                geometry.minPartial(), geometry.cpuPartial(), limits.remoteNodeDefragRatio));
    }

    /// The class that a constructor was written in, as a symbol.
    private static String symbol(@Nullable ObjectConstructor ctor) {
        return ctor == null ? ""
                : StringUtils.substringBefore(ctor.getClass().getName(), "$$") + "+0x0";
    }
}
