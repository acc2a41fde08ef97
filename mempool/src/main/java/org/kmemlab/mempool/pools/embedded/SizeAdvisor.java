package org.kmemlab.mempool.pools.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

import org.apache.commons.lang3.Validate;

/// Chooses the block sizes of a [MultiPool] for the requests that a program was seen to make.
///
/// Of all choices of at most so many sizes it finds the one that wastes fewest bytes, each request
/// being served by the smallest block that holds it; among equals the one with fewest sizes. The
/// same histogram always gets the same advice.
///
/// Dynamic programming over the distinct sizes in ascending order: the best cover of the first `n`
/// by `k` blocks is a best cover of the first `m` by `k - 1`, and one block as large as the `n`-th.
/// O(`k n^2`) steps for `n` distinct sizes after rounding to the alignment.
public final class SizeAdvisor {

    /// One block size of the advice.
    ///
    /// @param blockSizeBytes its size, a multiple of the alignment
    /// @param requests how many requests of the histogram it serves
    /// @param wastedBytes what its blocks have more than those requests asked for, in total
    public record BlockSize(int blockSizeBytes, long requests, long wastedBytes) {}

    private final int[] sizes;
    /// Requests, and the bytes they ask for, of all sizes before the index.
    private final long[] requestsBefore;
    private final long[] bytesBefore;

    private SizeAdvisor(SortedMap<Integer, long[]> classes) {
        int count = classes.size();
        sizes = new int[count];
        requestsBefore = new long[count + 1];
        bytesBefore = new long[count + 1];
        int at = 0;
        for (Map.Entry<Integer, long[]> each : classes.entrySet()) {
            sizes[at] = each.getKey();
            requestsBefore[at + 1] = Math.addExact(requestsBefore[at], each.getValue()[0]);
            bytesBefore[at + 1] = Math.addExact(bytesBefore[at], each.getValue()[1]);
            at++;
        }
    }

    /// The best block sizes for a histogram.
    ///
    /// @param histogram how often each size in bytes is requested
    /// @param sizesMax how many block sizes there may be
    /// @param alignBytes what block sizes are multiples of, a power of two
    /// @return the sizes in ascending order; none if nothing is requested
    /// @throws IllegalArgumentException if a size or the limit is not positive, a frequency is
    ///         negative, or the alignment is no power of two
    /// @throws ArithmeticException if the requests add up to more bytes than a `long` counts
    public static List<BlockSize> advise(Map<Integer, Long> histogram, int sizesMax,
            int alignBytes) {
        Validate.isTrue(sizesMax > 0, "at most %d block sizes: expected 1 or more", sizesMax);
        Validate.isTrue(Integer.bitCount(alignBytes) == 1 && alignBytes > 0,
                "alignment %d is not a power of two", alignBytes);
        SortedMap<Integer, long[]> classes = new TreeMap<>();
        histogram.forEach((size, times) -> {
            Validate.isTrue(size > 0, "requested size %d: expected 1 or more", size);
            Validate.isTrue(times >= 0, "size %d requested %d times: expected 0 or more", size,
                    times);
            if (times > 0) {
                int rounded = Math.addExact(size, alignBytes - 1) & -alignBytes;
                long[] sums = classes.computeIfAbsent(rounded, key -> new long[2]);
                sums[0] = Math.addExact(sums[0], times);
                sums[1] = Math.addExact(sums[1], Math.multiplyExact(times, (long) size));
            }
        });
        return classes.isEmpty() ? List.of() : new SizeAdvisor(classes).best(sizesMax);
    }

    private List<BlockSize> best(int sizesMax) {
        int count = sizes.length;
        int most = Math.min(sizesMax, count);
        long[][] waste = new long[most + 1][count + 1];
        int[][] cut = new int[most + 1][count + 1];
        for (int end = 1; end <= count; end++) {
            waste[1][end] = wasteOf(0, end);
        }
        for (int used = 2; used <= most; used++) {
            for (int end = used; end <= count; end++) {
                waste[used][end] = Long.MAX_VALUE;
                for (int from = used - 1; from < end; from++) {
                    long candidate = waste[used - 1][from] + wasteOf(from, end);
                    if (candidate < waste[used][end]) {
                        waste[used][end] = candidate;
                        cut[used][end] = from;
                    }
                }
            }
        }
        int used = 1;
        for (int more = 2; more <= most; more++) {
            used = waste[more][count] < waste[used][count] ? more : used;
        }
        return cutUp(cut, used);
    }

    /// Bytes wasted if blocks as large as the last of these sizes serve them all.
    private long wasteOf(int from, int end) {
        return Math.multiplyExact(requestsBefore[end] - requestsBefore[from], (long) sizes[end - 1])
                - (bytesBefore[end] - bytesBefore[from]);
    }

    private List<BlockSize> cutUp(int[][] cut, int blockSizes) {
        List<BlockSize> advice = new ArrayList<>();
        int end = sizes.length;
        for (int used = blockSizes; used > 0; used--) {
            int from = cut[used][end];
            advice.add(new BlockSize(sizes[end - 1], requestsBefore[end] - requestsBefore[from],
                    wasteOf(from, end)));
            end = from;
        }
        return advice.reversed();
    }
}
