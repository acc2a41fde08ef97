package org.kmemlab.slab;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/// Where everything that the checks of a slab layer find goes.
final class Findings {

    private Consumer<SlabBug> listener = bug -> {};
    private @Nullable SlabErrorCount count;

    /// Replaces the one who is told of each finding.
    void onBug(Consumer<SlabBug> newListener) {
        listener = newListener;
    }

    /// Has errors counted instead of printed; null ends that.
    void count(@Nullable SlabErrorCount newCount) {
        count = newCount;
    }

    /// Takes a finding.
    ///
    /// @return whether it is to be printed
    boolean add(SlabBug bug) {
        listener.accept(bug);
        return prints();
    }

    /// Takes a finding after which nothing can go on.
    ///
    /// @return what to throw
    SlabBugException fatal(SlabBug bug, @Nullable Throwable cause) {
        listener.accept(bug);
        SlabBugException exception = new SlabBugException(bug);
        if (cause != null) {
            exception.initCause(cause);
        }
        return exception;
    }

    /// Takes a repair or a remark that belongs to a finding.
    ///
    /// @return whether it is to be printed
    boolean prints() {
        if (count != null) {
            count.add();
        }
        return count == null;
    }
}
