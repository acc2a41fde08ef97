package org.kmemlab.mempool.pools;

/// The block sizes of a [PooledAllocator]: four to each doubling, so that a block is at most a
/// fifth larger than was asked for, rounding to 16 bytes aside.
final class SizeClasses {

    /// The largest size.
    static final int LARGEST = 1024;

    private static final int GRANULE = 16;
    /// Up to here, sizes are simply multiples of the granule.
    private static final int FINE_END = 128;
    private static final int FINE_CLASSES = FINE_END / GRANULE;
    private static final int PER_DOUBLING = 4;

    private SizeClasses() {
    }

    static int count() {
        return classOf(LARGEST) + 1;
    }

    /// The class of the smallest blocks that hold so many bytes, 1 to [#LARGEST].
    static int classOf(int bytes) {
        if (bytes <= FINE_END) {
            return (bytes - 1) / GRANULE;
        }
        int doubling = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(bytes - 1);
        int step = ((bytes - 1) >>> (doubling - 2)) & (PER_DOUBLING - 1);
        return FINE_CLASSES + (doubling - 7) * PER_DOUBLING + step;
    }

    /// Size of the blocks of a class.
    static int bytesOf(int sizeClass) {
        if (sizeClass < FINE_CLASSES) {
            return (sizeClass + 1) * GRANULE;
        }
        int coarse = sizeClass - FINE_CLASSES;
        return (PER_DOUBLING + 1 + coarse % PER_DOUBLING) << (5 + coarse / PER_DOUBLING);
    }
}
