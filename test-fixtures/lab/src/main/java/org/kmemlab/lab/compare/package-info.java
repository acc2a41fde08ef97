/// Policies side by side: the same streams of requests, the same machines, one table.
///
/// ```text
///   ComparisonPlan ─► Comparison ─► a run for each workload, competitor and seed
///                                        │
///                                        ▼
///                                 ComparisonReport ─► text, CSV, JSON
/// ```
@NullMarked
package org.kmemlab.lab.compare;

import org.jspecify.annotations.NullMarked;
