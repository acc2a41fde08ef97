/// How large a reserve must be: what a recorded trace, or a workload, asks of a pool.
///
/// [PoolAdvisor] goes through the requests and gives one [PoolAdvice] for each cache; [PoolProof] runs a
/// real pool of that size, and of one less, along with the same requests. For pools that a workload has
/// of its own, [PoolTrials] runs the workload itself with one size after the other.
@NullMarked
package org.kmemlab.lab.advise;

import org.jspecify.annotations.NullMarked;
