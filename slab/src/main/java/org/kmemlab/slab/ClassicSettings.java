package org.kmemlab.slab;

import java.util.OptionalInt;

import org.kmemlab.machine.BootParameters;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;

/// What a kernel's build and boot parameters say about the caches of the classic allocator SLAB.
///
/// @param maxOrder `slab_max_order`: no slab is larger, unless one object needs it
/// @param debug whether objects can be painted and guarded, and everything is counted
///        (`CONFIG_DEBUG_SLAB`)
/// @param aliens whether objects of other memory nodes wait in arrays of their own (off with
///        `noaliencache`)
record ClassicSettings(int maxOrder, boolean debug, boolean aliens) {

    /// Memory above which slabs of two pages are worth it, in bytes.
    private static final long LARGE_MEMORY = 32L << 20;

    /// @param memoryBytes of the machine
    static ClassicSettings of(KernelProfile profile, long memoryBytes) {
        BootParameters boot = profile.boot();
        OptionalInt maxOrder = boot.number("slab_max_order");
        int order = maxOrder.orElse(memoryBytes > LARGE_MEMORY ? 1 : 0);
        return new ClassicSettings(Math.min(order, KernelProfile.MAX_PAGE_ORDER),
                profile.has(ConfigOption.DEBUG_SLAB), !boot.has("noaliencache"));
    }
}
