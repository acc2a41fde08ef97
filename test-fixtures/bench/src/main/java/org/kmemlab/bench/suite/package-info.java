/// What is measured, and the measuring: a plan of jobs, run one after the other.
///
/// ```text
///   BenchPlan ─► Job (pattern, contender, size, threads) ─► JmhJob | NativeLoop ─► Sample (a fork)
///                                                            BenchReport ◄─ Figure (medians) ◄─┘
/// ```
///
/// The forks of all jobs are dealt out in rounds, so that a machine that becomes slow for a while
/// is slow for all contenders.
@NullMarked
package org.kmemlab.bench.suite;

import org.jspecify.annotations.NullMarked;
