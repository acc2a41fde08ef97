/// What JMH runs: the patterns of use, thin, one question each.
///
/// A fork runs one pattern with one contender. [ThreadCpuProfiler] adds to JMH's wall time the CPU
/// time of the threads that work.
@NullMarked
package org.kmemlab.bench.jmh;

import org.jspecify.annotations.NullMarked;
