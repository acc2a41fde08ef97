package org.kmemlab.lab.stream;

import java.io.IOException;

import org.kmemlab.lab.policy.RequestKind;

/// Allocations and frees, one at a time, without making garbage.
///
/// ```java
/// try (RequestStream stream = source.open(seed)) {
///     while (stream.next()) {
///         if (stream.isAlloc()) {
///             requested += stream.bytes();
///         }
///     }
/// }
/// ```
///
/// A free and its allocation have the same [#block]. Blocks may be left in use at the end; a block
/// that is freed was allocated in the same stream. The accessors tell of the request that the last
/// [#next] went to.
public interface RequestStream extends AutoCloseable {

    /// Goes to the next request.
    ///
    /// @return false at the end
    /// @throws IOException if the recording is damaged
    boolean next() throws IOException;

    /// Whether memory is asked for; else it is given back.
    boolean isAlloc();

    /// What it is for; for a free, what the block was allocated for.
    RequestKind kind();

    /// Bytes asked for, at least 1; for a free, what was asked for then.
    int bytes();

    /// The CPU it happens on, from 0.
    int cpu();

    /// The block's number, from 0. The number of a freed block is given again, so that there are
    /// never more numbers than blocks in use at one moment.
    int block();

    /// Releases what it reads from.
    @Override
    void close() throws IOException;
}
