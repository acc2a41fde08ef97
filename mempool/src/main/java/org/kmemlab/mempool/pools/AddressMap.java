package org.kmemlab.mempool.pools;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/// Ranges of addresses that do not overlap, each with what lies there: found by any address in them
/// in O(log ranges), added and removed in O(ranges).
///
/// @param <T> what lies in a range
final class AddressMap<T> {

    private static final int FIRST_CAPACITY = 4;

    private long[] starts = new long[FIRST_CAPACITY];
    private long[] ends = new long[FIRST_CAPACITY];
    private final List<T> values = new ArrayList<>();

    /// @param end the address after the last one
    void add(long start, long end, T value) {
        int count = values.size();
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        int at = -Arrays.binarySearch(starts, 0, count, start) - 1;
        System.arraycopy(starts, at, starts, at + 1, count - at);
        System.arraycopy(ends, at, ends, at + 1, count - at);
        starts[at] = start;
        ends[at] = end;
        values.add(at, value);
    }

    /// What lies at an address; null if nothing does.
    @Nullable
    T find(long address, StepCount steps) {
        int low = 0;
        int high = values.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            steps.add(1);
            if (address < starts[middle]) {
                high = middle - 1;
            } else if (address >= ends[middle]) {
                low = middle + 1;
            } else {
                return values.get(middle);
            }
        }
        return null;
    }

    /// Takes the range out that starts at an address.
    void remove(long start) {
        int count = values.size();
        int at = Arrays.binarySearch(starts, 0, count, start);
        assert at >= 0 : "no range starts at 0x" + Long.toHexString(start);
        System.arraycopy(starts, at + 1, starts, at, count - at - 1);
        System.arraycopy(ends, at + 1, ends, at, count - at - 1);
        values.remove(at);
    }

    /// In the order of addresses.
    List<T> values() {
        return values;
    }

    void clear() {
        values.clear();
    }
}
