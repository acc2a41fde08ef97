/// Heaps for blocks of any size that are told apart by boundary tags: first, next and best fit,
/// bins, and two-level segregated fit. They differ in how free chunks are kept and found
/// ([FreeChunks]) and share the rest ([ChunkHeap]).
@NullMarked
package org.kmemlab.lab.rival.heap;

import org.jspecify.annotations.NullMarked;
