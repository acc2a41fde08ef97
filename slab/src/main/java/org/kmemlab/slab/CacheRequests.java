package org.kmemlab.slab;

import org.kmemlab.machine.Machine;

/// What the kernel looks at before it makes a cache, and what it says when it refuses.
final class CacheRequests {

    static final int EEXIST = -17;

    private static final int ENOMEM = -12;
    private static final int EINVAL = -22;
    private static final int ENOSYS = -38;
    private static final int MAX_SHEAF_CAPACITY =
            (Kmalloc.MAX_SIZE - SheafSupply.HEADER_BYTES) / Long.BYTES;

    private final Machine machine;
    private final SlabSettings settings;
    private final SlabRules rules;
    private final SlabReports reports;

    CacheRequests(Machine machine, SlabSettings settings, SlabReports reports) {
        this.machine = machine;
        this.settings = settings;
        this.rules = settings.rules();
        this.reports = reports;
    }

    /// The request without what this kernel silently drops.
    ///
    /// @throws IllegalArgumentException if the kernel would refuse
    KmemCacheArgs accepted(KmemCacheArgs args) {
        if (args.name().isEmpty()) {
            throw refused(args, EINVAL, "a cache needs a name");
        }
        SlabFlags wrong = args.flags().without(rules.permittedFlags());
        if (wrong.bits() != 0) {
            throw refused(args, EINVAL,
                    "cache " + args.name() + ": a creator may not pass " + wrong);
        }
        checkSheafCapacity(args);
        return usercopyChecked(args.withFlags(supported(args.flags())));
    }

    /// Drops flags that this allocator and build do not know.
    private SlabFlags supported(SlabFlags flags) {
        SlabFlags known = flags.without(settings.engine() == EngineKind.SLUB
                ? SlabFlags.MEM_SPREAD
                : ClassicLayout.UNKNOWN_FLAGS);
        if (settings.engine() == EngineKind.SLAB && !settings.classic().debug()) {
            known = known.without(SlabFlags.DEBUG);
        }
        return settings.memcg() ? known : known.without(SlabFlags.ACCOUNT);
    }

    /// A sheaf comes from `kmalloc` as a whole, or the cache cannot be made.
    private void checkSheafCapacity(KmemCacheArgs args) {
        int capacity = args.sheafCapacity();
        String what = "cache " + args.name() + ": sheaf_capacity " + capacity;
        if (capacity != 0 && !rules.hasCacheArgs()) {
            throw refused(args, EINVAL, what + ": Linux 6.1 has no sheaves");
        }
        if (capacity < 0 || capacity > MAX_SHEAF_CAPACITY) {
            throw refused(args, capacity < 0 ? EINVAL : ENOMEM,
                    what + ": expected 0 to " + MAX_SHEAF_CAPACITY);
        }
    }

    private KmemCacheArgs usercopyChecked(KmemCacheArgs args) {
        boolean none = args.useroffset() == 0 && args.usersize() == 0;
        boolean inside = args.useroffset() >= 0 && args.usersize() > 0
                && args.usersize() <= args.objectSize() - args.useroffset();
        if (none || inside) {
            return args;
        }
        reports.warn(machine.cpu(0), "cache " + args.name() + ": " + args.usersize()
                + " bytes for user space at offset " + args.useroffset() + " of "
                + args.objectSize());
        return args.withUsercopy(0, 0);
    }

    /// The shape that a cache would get.
    ///
    /// @throws IllegalArgumentException if it cannot have one
    SlabGeometry geometry(KmemCacheArgs args) {
        boolean malformed = true;
        try {
            SlabGeometry.Request request = SlabGeometry.Request.of(args);
            request.checkFreeptr(rules);
            malformed = false;
            return SlabGeometry.of(request, settings);
        } catch (IllegalArgumentException cause) {
            boolean tooLarge = args.objectSize() > SlabGeometry.MAX_OBJECT_SIZE;
            throw refused(args, malformed && !tooLarge ? EINVAL : ENOSYS, cause);
        }
    }

    /// What to throw because the first sheaves of a cache could not be had.
    RuntimeException withoutSheaves(KmemCacheArgs args) {
        return refused(args, ENOMEM, "cache " + args.name() + ": no memory for sheaves of "
                + args.sheafCapacity() + " objects");
    }

    private RuntimeException refused(KmemCacheArgs args, int error, String why) {
        return refused(args, error, new IllegalArgumentException(why));
    }

    /// Says in the log that a cache could not be made.
    ///
    /// @return what to throw: a panic, if the creator cannot do without the cache
    RuntimeException refused(KmemCacheArgs args, int error, IllegalArgumentException cause) {
        String function = rules.createFunction();
        if (args.flags().has(SlabFlags.PANIC)) {
            return new KernelPanicException(function + ": Failed to create slab '" + args.name()
                    + "'. Error " + error, cause);
        }
        reports.printWithStack(machine.cpu(0),
                function + "(" + args.name() + ") failed with error " + error);
        return cause;
    }
}
