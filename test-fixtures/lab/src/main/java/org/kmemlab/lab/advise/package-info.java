/// How large a reserve must be: what a recorded workload would have asked of a pool.
///
/// [TraceAdvisor] reads a trace and gives one [PoolAdvice] for each cache; [PoolProof] runs a real pool
/// of that size, and of one less, over the same trace.
@NullMarked
package org.kmemlab.lab.advise;

import org.jspecify.annotations.NullMarked;
