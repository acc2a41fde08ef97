package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import org.kmemlab.buddy.GfpFlags;

/// The caches behind `kmalloc`: one for each size class and kind of memory.
///
/// Classes are the powers of two from 8 (with SLAB 32) to 8192 bytes and, because the steps between
/// them are wasteful where most requests are, 96 and 192.
final class KmallocCaches {

    private static final int SMALL_MAX = 192;
    private static final int[] CLASSES = {8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096,
        8192};
    /// Class index by `(size - 1) / 8` up to [#SMALL_MAX].
    private static final byte[] SMALL_CLASS = smallClasses();
    /// Where the class of 256 bytes stands; the larger ones follow in powers of two.
    private static final int FIRST_LARGE = 7;
    private static final int LOG2_FIRST_LARGE = 8;
    /// Where SLAB's smallest class stands, 32 bytes.
    private static final int FIRST_CLASSIC = 2;
    /// Where the class stands that holds SLAB's descriptors of nodes, 128 bytes.
    private static final int NODE_CLASSIC = 5;

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
    /// The index of the smallest class; those before it are served by its cache.
    private final int smallest;

    /// Creates all of them.
    KmallocCaches(SlabAllocator allocator) {
        boolean memcg = allocator.settings().memcg();
        smallest = isClassic(allocator.settings()) ? FIRST_CLASSIC : 0;
        for (Kind kind : Kind.values()) {
            if (kind == Kind.CGROUP && !memcg) {
                byKind.add(byKind.getFirst());
                continue;
            }
            // With control groups an object of a normal cache must not turn into an accounted one.
            int refcount = kind == Kind.NORMAL && memcg ? -1 : 1;
            KmemCache[] caches = new KmemCache[CLASSES.length];
            for (int i : creationOrder(kind == Kind.NORMAL)) {
                caches[i] = allocator.ownCache(args(kind, CLASSES[i], allocator.settings()),
                        refcount);
            }
            Arrays.fill(caches, 0, smallest, caches[smallest]);
            byKind.add(caches);
        }
        normal = byKind.getFirst();
    }

    private static boolean isClassic(SlabSettings settings) {
        return settings.engine() == EngineKind.SLAB;
    }

    /// The classes in the order in which their caches are made: SLAB needs one of them for the
    /// descriptors of its nodes, before it can make any other.
    private int[] creationOrder(boolean first) {
        IntStream all = IntStream.range(smallest, CLASSES.length);
        return smallest > 0 && first
                ? IntStream.concat(IntStream.of(NODE_CLASSIC), all.filter(i -> i != NODE_CLASSIC))
                        .toArray()
                : all.toArray();
    }

    private static KmemCacheArgs args(Kind kind, int size, SlabSettings settings) {
        String label = size < 1024 ? String.valueOf(size) : size / 1024 + "k";
        int divisor = Integer.lowestOneBit(size);
        int align = divisor == size || settings.rules().alignsOddSizes() ? divisor : 0;
        SlabFlags flags = kind.flags().with(SlabFlags.KMALLOC);
        return KmemCacheArgs.of(kind.prefix + label, size).withAlign(align)
                .withFlags(isClassic(settings) ? flags.with(SlabFlags.HWCACHE_ALIGN) : flags)
                .withUsercopy(0, size);
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
    int classSize(int size) {
        return CLASSES[Math.max(smallest, classIndex(size))];
    }

    /// Bytes from one object to the next where SLAB serves requests of `size` bytes.
    static int classicSlotFor(int size) {
        int bytes = CLASSES[Math.max(FIRST_CLASSIC, classIndex(size))];
        return ObjectLayout.alignUp(bytes,
                ObjectLayout.alignment(bytes, 0, SlabFlags.HWCACHE_ALIGN));
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
