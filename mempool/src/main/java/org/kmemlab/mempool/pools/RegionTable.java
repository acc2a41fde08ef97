package org.kmemlab.mempool.pools;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

import org.jspecify.annotations.Nullable;

/// The regions of a pool, to be found by any address in them: O(log regions).
final class RegionTable {

    private long[] starts = new long[4];
    private BlockRegion[] byStart = new BlockRegion[4];
    private final List<BlockRegion> byAge = new ArrayList<>();

    void add(BlockRegion region) {
        int count = byAge.size();
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            byStart = Arrays.copyOf(byStart, 2 * count);
        }
        int at = -Arrays.binarySearch(starts, 0, count, region.start) - 1;
        System.arraycopy(starts, at, starts, at + 1, count - at);
        System.arraycopy(byStart, at, byStart, at + 1, count - at);
        starts[at] = region.start;
        byStart[at] = region;
        byAge.add(region);
    }

    /// The region that an address lies in; null if there is none.
    @Nullable
    BlockRegion find(long address, StepCount steps) {
        int low = 0;
        int high = byAge.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            steps.add(1);
            BlockRegion region = byStart[middle];
            if (region.spans(address)) {
                return region;
            }
            if (starts[middle] > address) {
                high = middle - 1;
            } else {
                low = middle + 1;
            }
        }
        return null;
    }

    /// Oldest first.
    List<BlockRegion> byAge() {
        return Collections.unmodifiableList(byAge);
    }

    void clear() {
        byAge.clear();
        Arrays.fill(byStart, null);
    }
}
