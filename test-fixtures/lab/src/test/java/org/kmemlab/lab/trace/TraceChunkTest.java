package org.kmemlab.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Guards the seam between files and events. If it failed, events near the borders of chunks would
/// be lost or read wrongly.
class TraceChunkTest {

    private static final String LINE = TraceText.tracefs("kfree", TraceText.KFREE);

    /// Broken: lines that cross a chunk would be cut in two.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 9, 64, 100, 4096})
    void next_anyChunkSize_readsTheSameEvents(int chunkBytes) throws IOException {
        String text = "# x\n" + LINE + "\n" + TraceText.tracefs("kmalloc", TraceText.KMALLOC)
                + "garbage\n" + TraceText.perf("mm_page_free", "page=1 pfn=0x12 order=0").strip();
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        TraceCursor whole = TraceText.cursor(content);
        TraceCursor plain = TraceText.cursor(content, chunkBytes);
        TraceCursor gzip = TraceText.cursor(TraceText.gzip(content), chunkBytes);

        var expected = TraceText.events(whole);

        assertThat(expected).hasSize(3);
        assertThat(TraceText.events(plain)).isEqualTo(expected);
        assertThat(TraceText.events(gzip)).isEqualTo(expected);
        assertThat(plain.counts()).isEqualTo(whole.counts());
        assertThat(gzip.counts()).isEqualTo(whole.counts());
    }

    /// Broken: one endless line would be taken for an event.
    @Test
    void next_endlessLine_isUnparsable() throws IOException {
        TraceCursor cursor = TraceText.cursor(
                LINE + LINE.strip() + " ".repeat(200_000) + "\n" + LINE);

        assertThat(TraceText.events(cursor)).hasSize(2);
        assertThat(cursor.lineNumber()).isEqualTo(3);
        assertThat(cursor.counts().firstUnparsable()).singleElement()
                .hasToString("line 2: line is longer than 65536 bytes");
    }
}
