package org.kmemlab.mempool;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.MisusePolicy;

/// Elements that are objects of one cache.
record CacheSource(KmemCache cache) implements ElementSource {

    CacheSource {
        Validate.isTrue(!cache.hasConstructor(), "cache '%s' has a constructor: elements of a "
                + "reserve would lose their constructed state", cache.name());
    }

    @Override
    public long alloc(Cpu cpu, GfpFlags gfp) {
        return cache.alloc(cpu, gfp);
    }

    @Override
    public void free(Cpu cpu, long element) {
        cache.free(cpu, element);
    }

    @Override
    public boolean refusesMisuse() {
        return cache.misusePolicy() == MisusePolicy.REFUSE;
    }

    @Override
    public void requireAllocated(long element) {
        cache.requireAllocated(element);
    }

    @Override
    public long sizeBytes(long element) {
        return cache.geometry().objectSize();
    }

    @Override
    public String description() {
        return "cache '" + cache.name() + "'";
    }
}
