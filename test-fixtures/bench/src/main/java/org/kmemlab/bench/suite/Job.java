package org.kmemlab.bench.suite;

import org.kmemlab.bench.pool.Contender;

/// One thing to measure.
///
/// @param bytes the size of objects; 0 where the pattern has none to choose
/// @param threads how many use the contender at once
public record Job(Pattern pattern, Contender contender, int bytes, int threads) {

    /// What it is compared with: everything of the same column.
    public Column column() {
        return new Column(pattern, bytes, threads);
    }

    /// Its name in a command line: `ring/64/1/netty-pooled`.
    public String id() {
        return column().id() + "/" + contender.id();
    }

    /// A way of use that contenders are compared in.
    ///
    /// @param bytes the size of objects; 0 where the pattern has none to choose
    /// @param threads how many use a contender at once
    public record Column(Pattern pattern, int bytes, int threads) {

        /// The job of a contender in it.
        public Job with(Contender contender) {
            return new Job(pattern, contender, bytes, threads);
        }

        /// Its name in a command line: `ring/64/1`.
        public String id() {
            return pattern.id() + "/" + bytes + "/" + threads;
        }

        /// Its name for people.
        public String label() {
            return pattern.label() + (bytes == 0 ? "" : ", " + bytes + " bytes")
                    + (pattern.unit() != Pattern.Unit.OBJECT ? ""
                            : threads == 1 ? ", 1 thread"
                            : ", " + threads + " threads");
        }
    }
}
