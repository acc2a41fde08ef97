package org.kmemlab.lab.metric;

import org.jspecify.annotations.Nullable;

/// What a run was like.
///
/// @param summary a few figures
/// @param series the measures over time
/// @param problem what the policy did wrong, after which the run was stopped; null for nothing
public record RunResult(RunSummary summary, Series series, @Nullable String problem) {}
