/// Fault campaigns: every workload, with every allocation failing in turn, and everything checked
/// after each run.
///
/// ```text
///   Campaign ── units of work, spread over threads and shards
///      │
///      ├─ FirstFault: one allocation fails; then all later ones, too; then each pair with it
///      ├─ DrawnSchedules: pairs, triples and random schedules from the seed
///      │      │ a run that failed
///      │      ▼
///      │  DeltaDebugging ─► Finding: the fewest faults that still fail, with their call sites
///      ▼
///   CampaignReport = sum of WorkloadReports; those of shards add up to that of the whole
/// ```
///
/// The engine below it, one run with its checks, is `org.kmemlab.sweep`.
@NullMarked
package org.kmemlab.lab.faults;

import org.jspecify.annotations.NullMarked;
