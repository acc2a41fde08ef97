/// What every sweep over failing allocations needs, whoever runs it: a JUnit test or a campaign.
///
/// ```text
///   FaultChoice: which allocations fail
///        │ decides for
///   Injection ── follows the fault points of a Kernel (FaultLayer), counts, notes the call sites
///        │ armed by
///   CheckedRun ── call: worked, or left no trace (KernelState) and works without faults
///                 end:  nothing is left behind, all allocators are valid
/// ```
///
/// Nothing here knows of JUnit.
@NullMarked
package org.kmemlab.sweep;

import org.jspecify.annotations.NullMarked;
