package org.kmemlab.lab.advise;

import java.io.IOException;

/// What a program asks of caches: the same each time it is gone through.
interface Requests {

    /// Hears of the events, which are counted from 1.
    interface Visitor {

        /// Memory was allocated.
        ///
        /// @param atomic whether the request may not wait
        /// @param place where it was asked for, for [Requests#place]
        void allocated(String cache, boolean atomic, long pointer, long event, long place);

        /// Memory was freed.
        void freed(long pointer, long event);
    }

    /// Goes through them from the start.
    ///
    /// @return how many events there are
    long read(Visitor visitor) throws IOException;

    /// Where something was asked for, in words.
    String place(long place);
}
