package org.kmemlab.slab;

/// A caller's mistake, found when an object came back.
public sealed interface SlabBug {

    /// The cache whose handle was used.
    String cache();

    /// One sentence for people.
    String message();

    /// An object was freed that is free already.
    ///
    /// @param cache the cache
    /// @param address the object
    record DoubleFree(String cache, long address) implements SlabBug {
        @Override
        public String message() {
            return "cache " + cache + ": object " + hex(address) + " is not allocated";
        }
    }

    /// An address was freed at which no object starts.
    ///
    /// @param cache the cache whose slab it lies in
    /// @param address what was freed
    /// @param object the object before it
    record InteriorPointer(String cache, long address, long object) implements SlabBug {
        @Override
        public String message() {
            return "cache " + cache + ": no object starts at " + hex(address)
                    + ", the one before is "
                    + hex(object);
        }
    }

    /// An object was freed to a cache that it does not belong to.
    ///
    /// @param cache the cache it was freed to
    /// @param owner the cache it belongs to
    /// @param address the object
    record WrongCache(String cache, String owner, long address) implements SlabBug {
        @Override
        public String message() {
            return "cache " + cache + ": object " + hex(address) + " is from " + owner;
        }
    }

    /// An address was freed that lies in no slab, or in no block of a large `kmalloc`.
    ///
    /// @param cache the cache, `kmalloc` for none
    /// @param address what was freed
    record ForeignAddress(String cache, long address) implements SlabBug {
        @Override
        public String message() {
            return "cache " + cache + ": no object of any cache is at " + hex(address);
        }
    }

    /// A handle was used after its cache had been destroyed through it.
    ///
    /// @param cache the cache it stood for
    record DeadCache(String cache) implements SlabBug {
        @Override
        public String message() {
            return "cache " + cache + " was destroyed through this handle";
        }
    }

    private static String hex(long address) {
        return "0x" + Long.toHexString(address);
    }
}
