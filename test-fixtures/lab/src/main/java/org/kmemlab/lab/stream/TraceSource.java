package org.kmemlab.lab.stream;

import java.io.IOException;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.replay.BundledTrace;
import org.kmemlab.lab.trace.TraceCursor;

/// A recorded trace as requests for objects.
///
/// The requests for pages in it are left out: slabs are the business of whoever plays the stream. So
/// are frees of objects from before the trace, and requests that the recorded kernel could not
/// serve. Opening it for the first time costs a pass over the trace, see [TraceKinds].
public final class TraceSource implements StreamSource {

    /// Opens the trace at its start, each time anew.
    @FunctionalInterface
    public interface Opener {

        /// Opens the trace.
        RecordedFile open() throws IOException;
    }

    private final String name;
    private final String description;
    private final Opener opener;
    private @Nullable TraceKinds kinds;

    /// A trace.
    ///
    /// @param name for tables
    public TraceSource(String name, String description, Opener opener) {
        this.name = name;
        this.description = description;
        this.opener = opener;
    }

    /// The trace that comes with this library.
    public static TraceSource bundled() {
        return new TraceSource("small", BundledTrace.ORIGIN, BundledTrace::open);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public boolean isRecorded() {
        return true;
    }

    @Override
    public RequestStream open(long seed) throws IOException {
        return new TraceStream(cursor(), kinds());
    }

    private synchronized TraceKinds kinds() throws IOException {
        if (kinds == null) {
            try (TraceCursor cursor = cursor()) {
                kinds = TraceKinds.learn(cursor);
            }
        }
        return kinds;
    }

    private TraceCursor cursor() throws IOException {
        return new TraceCursor(opener.open());
    }
}
