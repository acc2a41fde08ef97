/// Allocators that keep something by CPU, above spans of pages: thread caches as in TCMalloc,
/// magazines as in libumem, arenas as in jemalloc.
///
/// All three get their pages from a [SpanHeap], as each original has a layer of its own that merges
/// runs of pages. Remote frees are counted by [HomeCpus], which is no part of any of them.
@NullMarked
package org.kmemlab.lab.rival.cached;

import org.jspecify.annotations.NullMarked;
