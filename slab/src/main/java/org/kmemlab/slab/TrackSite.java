package org.kmemlab.slab;

import java.util.List;

/// One place in a program that allocated, or freed, objects of a cache.
///
/// @param count how many objects
/// @param symbol the frame that called; empty if nothing is recorded of these objects
/// @param frames the stack, the caller first
/// @param waste bytes of each object that nobody asked for
/// @param ages jiffies since then
/// @param pids numbers of the tasks that did it
/// @param cpus CPUs that it was done on
/// @param nodes memory nodes that the objects lie on
public record TrackSite(long count, String symbol, List<String> frames, int waste, Range ages,
        Range pids, List<Integer> cpus, List<Integer> nodes) {

    /// Some numbers, summed up.
    ///
    /// @param min the smallest
    /// @param max the largest
    /// @param sum their sum
    public record Range(long min, long max, long sum) {

        Range plus(long value) {
            return new Range(Math.min(min, value), Math.max(max, value), sum + value);
        }

        static Range of(long value) {
            return new Range(value, value, value);
        }
    }

    /// Copies the lists.
    public TrackSite {
        frames = List.copyOf(frames);
        cpus = List.copyOf(cpus);
        nodes = List.copyOf(nodes);
    }
}
