package org.kmemlab.lab.malloc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// glibc started with more room for thread-local variables.
///
/// A library whose thread-local variables must lie close to the thread (jemalloc) cannot be loaded
/// into a running process otherwise.
public final class RoomForTls {

    /// The environment variable that asks for it.
    public static final String VARIABLE = "GLIBC_TUNABLES";
    /// Its value.
    public static final String VALUE = "glibc.rtld.optional_static_tls=8192";

    private RoomForTls() {
    }

    /// A script that starts this JVM's `java` so. JMH cannot set variables.
    public static Path java() throws IOException {
        Path script = Files.createTempFile("kmemlab-java", ".sh",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        script.toFile().deleteOnExit();
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Files.writeString(script, "#!/bin/sh\n" + VARIABLE + "=" + VALUE + " exec '"
                + java.toString().replace("'", "'\\''") + "' \"$@\"\n");
        return script;
    }
}
