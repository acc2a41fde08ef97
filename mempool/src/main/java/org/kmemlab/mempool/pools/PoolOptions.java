package org.kmemlab.mempool.pools;

import org.apache.commons.lang3.Validate;

/// What all pools can be asked for at creation.
///
/// @param name what messages call the pool
/// @param alignment of every block in bytes, a power of two from 4 on
/// @param redZoneBytes bytes in front of and behind each block that show whether somebody wrote
///        there; 0 for none
/// @param tracksSites whether to remember who allocated each block, for the leak report; costs a
///        walk of the stack and a Java object at each allocation
/// @param locks who makes the pool's lock
/// @param events who is told what happens inside
public record PoolOptions(String name, int alignment, int redZoneBytes, boolean tracksSites,
        PoolLocks locks, PoolEvents events) {

    /// Checks the numbers.
    public PoolOptions {
        Validate.isTrue(alignment >= Integer.BYTES && Integer.bitCount(alignment) == 1,
                "alignment %d: expected a power of two from 4 on", alignment);
        Validate.isTrue(redZoneBytes >= 0, "a red zone of %d bytes: expected 0 or more",
                redZoneBytes);
    }

    /// Blocks aligned to 8 bytes, no red zones, no sites, no lock.
    public static PoolOptions defaults(String name) {
        return new PoolOptions(name, Long.BYTES, 0, false, PoolLocks.none(), PoolEvents.NONE);
    }

    /// The same with another name.
    public PoolOptions withName(String other) {
        return new PoolOptions(other, alignment, redZoneBytes, tracksSites, locks, events);
    }

    /// The same with another alignment.
    public PoolOptions withAlignment(int bytes) {
        return new PoolOptions(name, bytes, redZoneBytes, tracksSites, locks, events);
    }

    /// The same with 8 bytes of red zone on either side of each block.
    public PoolOptions withRedZones() {
        return new PoolOptions(name, alignment, Long.BYTES, tracksSites, locks, events);
    }

    /// The same, remembering who allocated.
    public PoolOptions withSites() {
        return new PoolOptions(name, alignment, redZoneBytes, true, locks, events);
    }

    /// The same with locks.
    public PoolOptions withLocks(PoolLocks other) {
        return new PoolOptions(name, alignment, redZoneBytes, tracksSites, other, events);
    }

    /// The same, telling somebody what happens inside.
    public PoolOptions withEvents(PoolEvents other) {
        return new PoolOptions(name, alignment, redZoneBytes, tracksSites, locks, other);
    }
}
