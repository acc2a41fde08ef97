/// Compares what this library computes with what a real kernel printed.
///
/// Every check fills a [CheckTally], item by item, and ends in a [CheckReport]: how many items there
/// were, how many were equal, how many differ for a known cause, and the first differences. One
/// item is what the recording has one line for: a row of a sweep, a step of a log, an event of a
/// trace.
@NullMarked
package org.kmemlab.lab.verify;

import org.jspecify.annotations.NullMarked;
