package org.kmemlab.slab;

/// Says whether an address that comes back is an object of one cache that is in use.
final class Claims {

    private final SlabCache cache;
    private final SlabTable table;
    private final boolean refusesMisuse;

    Claims(SlabCache cache) {
        this.cache = cache;
        this.table = cache.allocator().table();
        this.refusesMisuse = cache.refusesMisuse();
    }

    /// The slab of an object that comes back, the object marked as free.
    ///
    /// @throws SlabBugException if it is no allocated object of the cache
    Slab claim(long object) {
        Slab slab = table.at(object);
        if (slab == null) {
            throw new SlabBugException(new SlabBug.ForeignAddress(cache.name(), object));
        }
        if (refusesMisuse && (slab.cache != cache || !slab.holds(object)
                || !slab.markFreed(object))) {
            throw new SlabBugException(describe(slab, object));
        }
        return slab;
    }

    /// What is wrong with an address that is no allocated object of the cache.
    SlabBug describe(long address) {
        Slab slab = table.at(address);
        return slab == null ? new SlabBug.ForeignAddress(cache.name(), address)
                : describe(slab, address);
    }

    /// Throws unless `address` is an allocated object of the cache.
    void requireAllocated(long address) {
        Slab slab = table.at(address);
        if (slab == null) {
            throw new SlabBugException(new SlabBug.ForeignAddress(cache.name(), address));
        }
        if (refusesMisuse && (slab.cache != cache || !slab.holds(address)
                || !slab.isObject(address) || !slab.isAllocated(slab.indexOf(address)))) {
            throw new SlabBugException(describe(slab, address));
        }
    }

    private SlabBug describe(Slab slab, long address) {
        if (slab.cache != cache) {
            return new SlabBug.WrongCache(cache.name(), slab.cache.name(), address);
        }
        long object = slab.holds(address) ? slab.addressOf(slab.indexOf(address)) : slab.start;
        return object == address ? new SlabBug.DoubleFree(cache.name(), address)
                : new SlabBug.InteriorPointer(cache.name(), address, object);
    }
}
