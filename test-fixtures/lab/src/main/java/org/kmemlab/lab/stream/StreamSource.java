package org.kmemlab.lab.stream;

import java.io.IOException;

/// Where a stream of requests comes from; it can be gone through any number of times.
public interface StreamSource {

    /// A name for tables, without blanks.
    String name();

    /// What it is, in one line.
    String description();

    /// Whether it was recorded: then it is the same for every seed.
    boolean isRecorded();

    /// Starts from the beginning.
    ///
    /// @param seed of all that is random in it; equal seeds give equal streams
    /// @throws IOException if a recording cannot be read
    RequestStream open(long seed) throws IOException;
}
