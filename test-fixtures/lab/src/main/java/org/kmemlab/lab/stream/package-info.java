/// Streams of requests for memory: what any allocator can be asked, from recorded traces or made up.
///
/// ```text
///   trace ─► TraceCursor ─► TraceStream ──┐
///            (TraceKinds: which cache)    ├─► RequestStream ─► whoever plays it
///   seed ─► Generator ─► Outbox ──────────┘
///            (distributions, lifetimes)
/// ```
///
/// A stream is gone through once and holds what lives, never what is to come. Start reading at
/// [org.kmemlab.lab.stream.RequestStream].
@NullMarked
package org.kmemlab.lab.stream;

import org.jspecify.annotations.NullMarked;
