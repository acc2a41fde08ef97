package org.kmemlab.mempool.pools;

import org.jspecify.annotations.Nullable;

/// What went wrong in several pieces of work that all had to be done.
final class Failures {

    private @Nullable RuntimeException first;

    /// Does a piece of work and keeps what it throws.
    void run(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException failure) {
            if (first == null) {
                first = failure;
            } else if (!first.equals(failure)) {
                first.addSuppressed(failure);
            }
        }
    }

    void throwFirst() {
        if (first != null) {
            throw first;
        }
    }
}
