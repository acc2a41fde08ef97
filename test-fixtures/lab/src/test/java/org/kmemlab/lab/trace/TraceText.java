package org.kmemlab.lab.trace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

import org.kmemlab.lab.input.RecordedFile;

/// Traces made of text, for tests.
final class TraceText {

    static final String KMALLOC = "call_site=alloc_pipe_info+0x64/0x19e ptr=ffff888002e16240"
            + " bytes_req=168 bytes_alloc=192 gfp_flags=GFP_KERNEL_ACCOUNT|__GFP_ZERO node=-1"
            + " accounted=false";
    static final String KFREE = "call_site=free_pipe_info+0x77/0x84 ptr=ffff888002e16240";

    private TraceText() {
    }

    /// A line as tracefs prints it.
    static String tracefs(String event, String fields) {
        return "            init-1       [001] d.s1.     3.219617: " + event + ": " + fields + "\n";
    }

    /// A line as perf script prints it.
    static String perf(String event, String fields) {
        return "            init     1 [001]     3.219617:     kmem:" + event + ": " + fields
                + "\n";
    }

    static TraceCursor cursor(String text) {
        return cursor(text.getBytes(StandardCharsets.UTF_8));
    }

    static TraceCursor cursor(byte[] content) {
        return cursor(content, RecordedFile.CHUNK_BYTES);
    }

    static TraceCursor cursor(byte[] content, int chunkBytes) {
        try {
            return new TraceCursor(RecordedFile.of("test.trace", content, chunkBytes));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /// The only event of a text.
    static TraceCursor only(String text) throws IOException {
        TraceCursor cursor = cursor(text);
        if (!cursor.next()) {
            throw new AssertionError("no event: " + cursor.counts());
        }
        return cursor;
    }

    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    /// All events of a cursor, one text each.
    static List<String> events(TraceCursor cursor) throws IOException {
        List<String> events = new ArrayList<>();
        while (cursor.next()) {
            events.add(cursor.lineNumber() + " " + cursor.kind() + " " + cursor.cpu() + " "
                    + cursor.pid() + " " + cursor.timeNanos() + " " + cursor.pointer() + " "
                    + cursor.pfn() + " " + cursor.callSites().text(cursor.callSite()) + " "
                    + cursor.cacheNames().text(cursor.cacheName()) + " "
                    + cursor.tasks().text(cursor.task()));
        }
        return events;
    }
}
