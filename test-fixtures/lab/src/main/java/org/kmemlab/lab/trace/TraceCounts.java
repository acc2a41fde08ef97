package org.kmemlab.lab.trace;

import java.util.List;

/// What the lines of a trace were: every line is exactly one of these.
///
/// @param lines all lines read so far
/// @param events lines of `kmem` events
/// @param otherEvents lines of other events
/// @param comments empty lines and lines that start with `#`
/// @param stackLines lines of a call stack below an event
/// @param lossMarks lines by which the recorder says that it lost events
/// @param unparsable lines that could not be read
/// @param lostEvents how many events the recorder says it lost, where it gives a number
/// @param firstUnparsable the first unreadable lines, with reasons
/// @param unknownGfpNames names of gfp flags that were taken for no flag, sorted
public record TraceCounts(long lines, long events, long otherEvents, long comments,
        long stackLines, long lossMarks, long unparsable, long lostEvents,
        List<BadLine> firstUnparsable, List<String> unknownGfpNames) {

    /// A line that could not be read.
    ///
    /// @param number counted from 1
    /// @param reason in words
    public record BadLine(long number, String reason) {

        @Override
        public String toString() {
            return "line " + number + ": " + reason;
        }
    }

    /// Copies the lists.
    public TraceCounts {
        firstUnparsable = List.copyOf(firstUnparsable);
        unknownGfpNames = List.copyOf(unknownGfpNames);
    }
}
