package org.kmemlab.slab;

/// A caller's mistake, found when an object came back or when bytes were looked at that nobody may
/// have changed.
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
                    + ", the one before is " + hex(object);
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

    /// Which bytes of a slot were overwritten; see [ObjectLayout].
    enum Zone {
        /// In front of the object.
        LEFT_REDZONE("Left Redzone"),
        /// Behind the object.
        RIGHT_REDZONE("Right Redzone"),
        /// Behind what `kmalloc` was asked for, in an object that is larger.
        KMALLOC_REDZONE("kmalloc Redzone"),
        /// Between the object and its metadata, in a cache without red zones.
        ALIGNMENT_PADDING("Alignment padding"),
        /// In a free object, except for its last byte.
        POISON("Poison"),
        /// The last byte of a free object.
        END_POISON("End Poison"),
        /// Between the metadata and the next slot.
        OBJECT_PADDING("Object padding"),
        /// Between the last slot and the end of the slab.
        SLAB_PADDING("slab padding");

        private final String label;

        Zone(String label) {
            this.label = label;
        }

        /// As reports print it.
        public String label() {
            return label;
        }
    }

    /// Bytes that nobody may write to were written to. They have been restored.
    ///
    /// @param cache the cache
    /// @param zone where the bytes lie
    /// @param object the object whose slot it is; 0 for [Zone#SLAB_PADDING]
    /// @param first address of the first wrong byte
    /// @param last address of the last wrong byte
    /// @param found the first wrong byte, 0 to 255
    /// @param expected what all these bytes must be, 0 to 255
    record Overwritten(String cache, Zone zone, long object, long first, long last, int found,
            int expected) implements SlabBug {
        @Override
        public String message() {
            return "cache " + cache + ": " + zone.label + " overwritten from " + hex(first) + " to "
                    + hex(last) + ", first byte " + hex(found) + " instead of " + hex(expected);
        }
    }

    /// A link of a slab's free list leads to no object of the slab.
    ///
    /// @param cache the cache
    /// @param object the object that holds the link; 0 for the head of the list
    /// @param link where it leads
    record CorruptFreePointer(String cache, long object, long link) implements SlabBug {
        @Override
        public String message() {
            return "cache " + cache + ": the free pointer of " + hex(object) + " is " + hex(link);
        }
    }

    /// A slab's free list is not as long as it must be.
    ///
    /// @param cache the cache
    /// @param slab address of the slab's first page
    /// @param counter objects in use as they were counted before; the counter has been corrected
    /// @param counted objects that are not on the free list
    record WrongObjectCount(String cache, long slab, int counter, int counted)
            implements SlabBug {
        @Override
        public String message() {
            return "cache " + cache + ": slab " + hex(slab) + " counts " + counter
                    + " objects in use, but " + counted + " are not free";
        }
    }

    /// More objects were freed at once than there were.
    ///
    /// @param cache the cache
    /// @param address the first of them
    /// @param allocated how many there were
    /// @param freed how many were freed
    record TooManyFreed(String cache, long address, int allocated, int freed)
            implements SlabBug {
        @Override
        public String message() {
            return "cache " + cache + ": " + freed + " objects from " + hex(address)
                    + " on are to be freed, but there are " + allocated;
        }
    }

    /// A cache was destroyed while objects of a slab were in use.
    ///
    /// @param cache the cache
    /// @param slab address of the slab's first page
    /// @param objects how many
    record ObjectsRemaining(String cache, long slab, int objects) implements SlabBug {
        @Override
        public String message() {
            return "cache " + cache + ": " + objects + " objects remain in slab " + hex(slab);
        }
    }

    /// Slabs of a memory node are on none of its lists.
    ///
    /// @param cache the cache
    /// @param node the memory node
    /// @param counted slabs that were found
    /// @param counter slabs that there must be
    record LostSlabs(String cache, int node, long counted, long counter) implements SlabBug {
        @Override
        public String message() {
            return "cache " + cache + ": node " + node + " has " + counter + " slabs, but "
                    + counted + " were found";
        }
    }

    /// Bytes were to be copied to or from user space that the cache does not offer for it.
    ///
    /// @param cache the cache
    /// @param address the first byte
    /// @param inRedZone whether it lies in front of an object
    /// @param offset of the byte in its object, in front of it in its slot
    /// @param bytes how many were to be copied
    record UsercopyRefused(String cache, long address, boolean inRedZone, long offset, long bytes)
            implements SlabBug {
        @Override
        public String message() {
            return "cache " + cache + ": " + bytes + " bytes from " + hex(address) + " on, offset "
                    + offset + ", may not be copied to or from user space";
        }
    }

    private static String hex(long address) {
        return "0x" + Long.toHexString(address);
    }
}
