package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.buddy.GfpFlags;

/// The caches behind `kmalloc`: one for each size class and kind of memory.
///
/// Classes are the powers of two from 8 to 8192 bytes and, because the steps between them are
/// wasteful where most requests are, 96 and 192.
final class KmallocCaches {

    private static final int SMALL_MAX = 192;
    private static final int[] CLASSES = {8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096,
        8192};
    /// Class index by `(size - 1) / 8` up to [#SMALL_MAX].
    private static final byte[] SMALL_CLASS = smallClasses();
    /// Where the class of 256 bytes stands; the larger ones follow in powers of two.
    private static final int FIRST_LARGE = 7;
    private static final int LOG2_FIRST_LARGE = 8;

    /// What the memory is for. In the order in which the kernel creates the caches.
    private enum Kind {
        NORMAL("kmalloc-"), CGROUP("kmalloc-cg-"), RECLAIM("kmalloc-rcl-"), DMA("dma-kmalloc-");

        final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }

        SlabFlags flags() {
            return switch (this) {
                case NORMAL -> SlabFlags.NONE;
                case CGROUP -> SlabFlags.ACCOUNT;
                case RECLAIM -> SlabFlags.RECLAIM_ACCOUNT;
                case DMA -> SlabFlags.CACHE_DMA;
            };
        }
    }

    private final List<KmemCache[]> byKind = new ArrayList<>();
    private final KmemCache[] normal;

    /// Creates all of them.
    KmallocCaches(SlabAllocator allocator) {
        boolean memcg = allocator.settings().memcg();
        for (Kind kind : Kind.values()) {
            if (kind == Kind.CGROUP && !memcg) {
                byKind.add(byKind.getFirst());
                continue;
            }
            // With control groups an object of a normal cache must not turn into an accounted one.
            int refcount = kind == Kind.NORMAL && memcg ? -1 : 1;
            KmemCache[] caches = new KmemCache[CLASSES.length];
            for (int i = 0; i < CLASSES.length; i++) {
                caches[i] = allocator.ownCache(args(kind, CLASSES[i], allocator.settings()),
                        refcount);
            }
            byKind.add(caches);
        }
        normal = byKind.getFirst();
    }

    private static KmemCacheArgs args(Kind kind, int size, SlabSettings settings) {
        String label = size < 1024 ? String.valueOf(size) : size / 1024 + "k";
        int divisor = Integer.lowestOneBit(size);
        int align = divisor == size || settings.rules().alignsOddSizes() ? divisor : 0;
        return KmemCacheArgs.of(kind.prefix + label, size).withAlign(align)
                .withFlags(kind.flags().with(SlabFlags.KMALLOC)).withUsercopy(0, size);
    }

    private static byte[] smallClasses() {
        byte[] table = new byte[SMALL_MAX / 8];
        int index = 0;
        for (int i = 0; i < table.length; i++) {
            if ((i + 1) * 8 > CLASSES[index]) {
                index++;
            }
            table[i] = (byte) index;
        }
        return table;
    }

    private static int classIndex(int size) {
        return size <= SMALL_MAX ? SMALL_CLASS[(size - 1) >> 3]
                : FIRST_LARGE - LOG2_FIRST_LARGE + Integer.SIZE
                        - Integer.numberOfLeadingZeros(size - 1);
    }

    /// Bytes of the objects that serve requests of `size` bytes.
    static int classSize(int size) {
        return CLASSES[classIndex(size)];
    }

    /// The cache for plain requests.
    KmemCache normal(int size) {
        return normal[classIndex(size)];
    }

    /// The cache for requests with special wishes; of several the strongest wins.
    KmemCache of(int size, GfpFlags gfp) {
        Kind kind = Kind.NORMAL;
        if (gfp.has(GfpFlags.DMA)) {
            kind = Kind.DMA;
        } else if (gfp.has(GfpFlags.RECLAIMABLE)) {
            kind = Kind.RECLAIM;
        } else if (gfp.has(GfpFlags.ACCOUNT)) {
            kind = Kind.CGROUP;
        }
        return byKind.get(kind.ordinal())[classIndex(size)];
    }
}
