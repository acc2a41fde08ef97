/// Recorded files, plain or gz, cut into lines: streaming, without copying, in bounded memory.
///
/// ```text
///   file, stdin ─► RecordedFile ─► ChunkFeed ─► LineReader ─► bytes of one line at a time
///                  gz or plain     read ahead
/// ```
///
/// Start reading at [LineReader].
@NullMarked
package org.kmemlab.lab.input;

import org.jspecify.annotations.NullMarked;
