package org.kmemlab.slab;

import java.util.SplittableRandom;

/// In which order a new slab hands out its objects.
///
/// Ascending, or with freelist randomisation the cache's own permutation, entered at another
/// position by each slab, so that nobody can tell which object follows which.
final class FreelistOrder {

    private final int[] permutation;
    private final SplittableRandom random;
    private int position;

    /// @param permutation all indices of a preferred slab; empty for ascending order
    FreelistOrder(int[] permutation, SplittableRandom random) {
        this.permutation = permutation;
        this.random = random;
    }

    static FreelistOrder ascending(SplittableRandom random) {
        return new FreelistOrder(new int[0], random);
    }

    /// A permutation of `objects` indices (Fisher and Yates).
    static FreelistOrder shuffled(int objects, SplittableRandom random) {
        int[] permutation = new int[objects];
        for (int i = 0; i < objects; i++) {
            permutation[i] = i;
        }
        for (int i = objects - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int index = permutation[i];
            permutation[i] = permutation[other];
            permutation[other] = index;
        }
        return new FreelistOrder(permutation, random);
    }

    private boolean isShuffled(int objects) {
        return permutation.length > 0 && objects > 1;
    }

    /// The first object of a new slab.
    int first(int objects) {
        if (!isShuffled(objects)) {
            return 0;
        }
        position = random.nextInt(permutation.length);
        return following(objects, 0);
    }

    /// The object after `index`, which is not the last one of the slab.
    int following(int objects, int index) {
        if (!isShuffled(objects)) {
            return index + 1;
        }
        int entry;
        do {
            entry = permutation[position];
            position = (position + 1) % permutation.length;
        } while (entry >= objects);
        return entry;
    }
}
