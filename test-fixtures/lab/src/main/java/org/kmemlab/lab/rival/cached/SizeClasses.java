package org.kmemlab.lab.rival.cached;

import java.util.Arrays;
import java.util.stream.IntStream;

/// Block sizes that are given out, ascending, and a table from a request to the smallest that will
/// do. O(1).
public final class SizeClasses {

    private static final int STEP = 8;

    private final int[] sizes;
    /// By eighths of the request, rounded up.
    private final short[] classOf;

    private SizeClasses(int[] sizes) {
        this.sizes = sizes;
        classOf = new short[largest() / STEP + 1];
        for (int step = 1, index = 0; step < classOf.length; step++) {
            index += step * STEP > sizes[index] ? 1 : 0;
            classOf[step] = (short) index;
        }
    }

    /// 8, then multiples of 16 up to 64, then four steps to each doubling: what jemalloc has.
    ///
    /// @param most no class is larger
    public static SizeClasses fourADoubling(int most) {
        IntStream steps = IntStream.rangeClosed(4, 26)
                .flatMap(log2 -> IntStream.rangeClosed(1, 4)
                        .map(step -> (1 << log2) + step * ((1 << log2) / 4)));
        int[] all = IntStream.concat(IntStream.of(8, 16), steps)
                .filter(size -> size <= most && (size == 8 || size % 16 == 0)).distinct()
                .sorted().toArray();
        return new SizeClasses(all);
    }

    /// Multiples of 8 up to 16, of 16 up to 128, and from there eight steps to each doubling, 256
    /// bytes apart at most: what TCMalloc has.
    ///
    /// @param most no class is larger
    public static SizeClasses eightADoubling(int most) {
        int[] found = new int[most / STEP];
        int count = 0;
        for (int size = STEP; size <= most; size += spacing(size)) {
            found[count++] = size;
        }
        return new SizeClasses(Arrays.copyOf(found, count));
    }

    private static int spacing(int size) {
        if (size < 16) {
            return STEP;
        }
        return size < 128 ? 16 : Math.min(256, Integer.highestOneBit(size) / 8);
    }

    /// How many there are.
    public int count() {
        return sizes.length;
    }

    /// The bytes of a class.
    public int size(int index) {
        return sizes[index];
    }

    /// The largest of them.
    public int largest() {
        return sizes[sizes.length - 1];
    }

    /// The smallest class of at least `bytes`, which are not more than the largest.
    public int classOf(int bytes) {
        return classOf[(bytes + STEP - 1) / STEP];
    }

    /// All sizes, ascending.
    public int[] sizes() {
        return sizes.clone();
    }

    /// Bytes of the tables.
    public long metadataBytes() {
        return (long) sizes.length * Integer.BYTES + (long) classOf.length * Short.BYTES;
    }
}
