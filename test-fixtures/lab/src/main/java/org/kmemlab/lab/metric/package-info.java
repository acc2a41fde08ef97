/// Measures over time: what an allocator holds, wastes, breaks into pieces and costs while it serves
/// a stream of requests.
///
/// ```text
///   RequestStream ─► StreamPlayer ─► Policy ─► PageAllocator
///                        │              │           │
///                        ▼              ▼           ▼
///                    requests        usage      PageMeter (pieces, steals, huge pages)
///                        └──────► Series, one row every n requests ─► RunSummary
/// ```
///
/// Start reading at [org.kmemlab.lab.metric.MeasuredRun].
@NullMarked
package org.kmemlab.lab.metric;

import org.jspecify.annotations.NullMarked;
