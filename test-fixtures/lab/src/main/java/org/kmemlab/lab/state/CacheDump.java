package org.kmemlab.lab.state;

import org.jspecify.annotations.Nullable;

/// Collects what the lines of a dump say of one cache.
sealed interface CacheDump permits SlubDump, ClassicDump {

    /// A cache from its `cache` line; null if no engine that we know keeps it.
    static @Nullable CacheDump of(DumpLine line) throws StateFormatException {
        if (line.has("min_partial")) {
            return SlubDump.of(line);
        }
        return line.has("batchcount") ? ClassicDump.of(line) : null;
    }

    /// The name on a `cache` line.
    static String nameOf(DumpLine line) throws StateFormatException {
        int end = 1;
        while (end < line.words().size() && !line.words().get(end).startsWith("ctor=")) {
            end++;
        }
        if (end == 1 || end == line.words().size()) {
            throw line.bad("no name or no ctor=");
        }
        return String.join(" ", line.words().subList(1, end));
    }

    /// Takes the cache's `ks` line.
    void slabs(DumpLine line) throws StateFormatException;

    /// Takes a `ksf` line.
    void freelist(DumpLine line) throws StateFormatException;

    /// All that was said.
    RecordedCache finish();
}
