package org.kmemlab.sweep;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.slab.ObjectEvents;

/// Where each object that is in use was allocated. Other than with `slub_debug=U` the caches keep their
/// shape, so that a run makes the same requests whether or not somebody looks.
final class ObjectOrigins implements ObjectEvents {

    private final Predicate<String> isHarness;
    private final Map<Long, CallSite> sites = new HashMap<>();

    ObjectOrigins(Predicate<String> isHarness) {
        this.isHarness = isHarness;
    }

    @Override
    public void allocated(String cache, long address, GfpFlags gfp) {
        sites.put(address, CallSite.ofCaller(isHarness));
    }

    @Override
    public void freed(String cache, long address) {
        sites.remove(address);
    }

    /// Null if the object is not known.
    @Nullable
    CallSite of(long address) {
        return sites.get(address);
    }
}
