package org.kmemlab.lab.tune;

import java.util.List;

import org.jspecify.annotations.Nullable;

/// What a trace's caches hold, and what each change saves of it.
///
/// @param events events of the trace
/// @param meanRequestedBytes what was asked for and lived, on average
/// @param asRecorded without any change
/// @param proven every change that was tried, the most saving first
/// @param together those that are worth it, all at once; null if there is none
public record CacheAdvice(long events, double meanRequestedBytes, Trial asRecorded,
        List<Proven> proven, @Nullable Together together) {

    /// A change and what it should save.
    ///
    /// @param expectedBytes of the mean, as the sizes and lives of objects tell; NaN if they do not
    public record Expectation(Change change, double expectedBytes) {}

    /// A change and what it did save.
    ///
    /// @param trial the trace with the change
    /// @param savedBytes of the mean; negative if it costs memory
    /// @param isWorthIt whether it saves enough to be recommended, and lets no request fail that got
    ///        memory before
    public record Proven(Expectation expectation, Trial trial, double savedBytes,
            boolean isWorthIt) {}

    /// Several changes at once.
    public record Together(List<Change> changes, Trial trial, double savedBytes) {

        /// Copies the list.
        public Together {
            changes = List.copyOf(changes);
        }
    }

    /// Copies the list.
    public CacheAdvice {
        proven = List.copyOf(proven);
    }
}
