package org.kmemlab.lab.replay;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

import org.kmemlab.lab.input.RecordedFile;

/// The small real trace that comes with this library, so that there is something to replay at once.
public final class BundledTrace {

    /// What messages call it.
    public static final String NAME = "the bundled trace";
    /// What was recorded where, in one line.
    public static final String ORIGIN =
            "ls, cp, rm and cat on Linux 6.1.192 (SLUB, 1 CPU, 256 MiB),"
                    + " recorded with tracefs";
    /// Page frames of the recording machine, in MiB.
    public static final int MEMORY_MIB = 256;

    private static final String RESOURCE = "small.trace.gz";

    private BundledTrace() {
    }

    /// Opens the trace.
    ///
    /// @throws IOException if the library was packed without it
    public static RecordedFile open() throws IOException {
        InputStream in = BundledTrace.class.getResourceAsStream(RESOURCE);
        if (in == null) {
            throw new FileNotFoundException("resource " + RESOURCE + " of "
                    + BundledTrace.class.getPackageName() + " is missing");
        }
        return RecordedFile.of(NAME, in);
    }
}
