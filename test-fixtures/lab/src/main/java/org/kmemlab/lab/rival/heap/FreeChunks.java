package org.kmemlab.lab.rival.heap;

/// How a heap keeps its free chunks and finds one that fits.
///
/// Counts a step for each list element, bin or bitmap word it looks at.
interface FreeChunks {

    /// Finds a chunk of at least `size` bytes and takes it out.
    ///
    /// @return 0 if there is none
    long take(long size);

    /// Adds a free chunk, whose tags are written.
    void add(long chunk);

    /// Takes out a chunk that is to be merged or given back.
    void remove(long chunk);

    /// The heap has a new segment; it ends with its end mark here.
    default void grown(long end) {}

    /// The heap has given back the segment that ended here.
    default void shrunk(long end) {}

    /// Bytes of list heads and bitmaps.
    long metadataBytes();

    /// Walks its lists.
    ///
    /// @return how many chunks are in them
    /// @throws IllegalStateException if a chunk is not where it must be
    long walk();
}
