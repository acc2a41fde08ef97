package org.kmemlab.lab.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Guards reading files. If it failed, compressed traces would lose lines silently, or damage would
/// be reported without saying where.
class RecordedFileTest {

    private static final String LINE =
            "init-1 [000] ..... 3.2: kfree: call_site=f+0x1/0x2 ptr=ffff888002e16240\n";

    private static byte[] lines(int count) {
        return LINE.repeat(count).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] joined(byte[]... parts) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.write(part);
        }
        return out.toByteArray();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    private static LineReader reader(byte[] content) throws IOException {
        return reader(content, RecordedFile.CHUNK_BYTES);
    }

    private static LineReader reader(byte[] content, int chunkBytes) throws IOException {
        return new LineReader(RecordedFile.of("test.trace", content, chunkBytes));
    }

    private static long count(LineReader reader) throws IOException {
        long lines = 0;
        while (reader.next()) {
            lines++;
        }
        return lines;
    }

    /// Broken: `cat a.gz b.gz` would be read up to the end of a.
    @Test
    void next_joinedGzipFiles_areReadThrough() throws IOException {
        byte[] content = joined(gzip(lines(3)), gzip(new byte[0]),
                gzip(lines(4)), new byte[512]);

        assertThat(count(reader(content))).isEqualTo(7);
    }

    /// Broken: gzip headers with a file name, a comment, extra bytes or a checksum would be
    /// refused.
    @Test
    void next_gzipHeaderWithAllParts_isSkipped() throws IOException {
        byte[] plain = gzip(lines(2));
        byte[] header = Arrays.copyOf(plain, 10);
        header[3] = 0x1e;
        byte[] content = joined(header, new byte[] {3, 0, 'a', 'b', 'c', 'n', 0, 'c', 'd', 0, 9, 9},
                Arrays.copyOfRange(plain, 10, plain.length));

        assertThat(count(reader(content))).isEqualTo(2);
    }

    /// Broken: a truncated download would look like a shorter trace.
    @Test
    void next_truncatedGzip_deliversWholeLinesThenSaysWhere() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            text.append("kfree: call_site=f+0x" + i * 7919 + " ptr=" + i + "\n");
        }
        byte[] whole = gzip(text.toString().getBytes(StandardCharsets.UTF_8));
        int cut = whole.length / 2;
        LineReader reader = reader(Arrays.copyOf(whole, cut), 1000);

        assertThatExceptionOfType(InputException.class).isThrownBy(() -> count(reader))
                .withMessage("test.trace: truncated gz data at byte " + cut)
                .satisfies(failure -> {
                    assertThat(failure.bytePosition()).isEqualTo(cut);
                    assertThat(failure.fileName()).isEqualTo("test.trace");
                });
        assertThat(reader.number()).isBetween(500L, 1500L);
    }

    /// Broken: a flipped bit, or bytes behind the data, would go unnoticed.
    @Test
    void next_damagedGzip_saysWhatIsWrong() throws IOException {
        byte[] good = gzip(lines(3));
        byte[] checksum = good.clone();
        checksum[good.length - 5] ^= 1;
        byte[] length = good.clone();
        length[good.length - 1] ^= 1;
        byte[] block = good.clone();
        block[10] = 7; // A block of a type that does not exist.

        expectDamage(checksum, "gz checksum is 0x");
        expectDamage(length, "gz length is " + 3 * LINE.length() + " instead of ");
        expectDamage(block, "damaged gz data at byte ");
        expectDamage(joined(good, "more".getBytes(StandardCharsets.UTF_8)),
                "bytes that are no gz data at byte ");
        expectDamage(Arrays.copyOf(good, 2), "truncated gz data at byte 2");
        expectDamage(Arrays.copyOf(good, good.length - 3), "truncated gz data at byte ");
    }

    private static void expectDamage(byte[] content, String message) throws IOException {
        LineReader reader = reader(content);
        assertThatExceptionOfType(InputException.class).isThrownBy(() -> count(reader))
                .withMessageStartingWith("test.trace: " + message);
    }

    /// Broken: the user would see a stack trace, or not learn which file is meant.
    @Test
    void open_noReadableFile_saysWhich(@TempDir Path folder) {
        Path missing = folder.resolve("missing.gz");

        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> RecordedFile.open(missing))
                .withMessage(missing + ": no such file");
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> RecordedFile.open(folder))
                .withMessage(folder + ": is a folder, not a file");
    }

    /// Broken: files could not be read, or progress would show nonsense.
    @Test
    void open_file_knowsItsSizeAndProgress(@TempDir Path folder) throws IOException {
        byte[] content = gzip(lines(100));
        Path file = Files.write(folder.resolve("a.trace.gz"), content);

        try (LineReader reader = new LineReader(RecordedFile.open(file))) {
            assertThat(count(reader)).isEqualTo(100);
            assertThat(reader.source().sizeBytes()).isEqualTo(content.length);
            assertThat(reader.source().bytesRead()).isEqualTo(content.length);
            assertThat(reader.source().name()).isEqualTo(file.toString());
        }
    }

    /// Broken: repeated measurements would read the file once, or fail between the copies.
    @Test
    void openRepeated_plainAndGzip_readsEveryCopy(@TempDir Path folder) throws IOException {
        Path plain = Files.write(folder.resolve("a.trace"), lines(100));
        Path packed = Files.write(folder.resolve("a.trace.gz"), gzip(lines(100)));

        for (Path file : List.of(plain, packed)) {
            try (LineReader reader = new LineReader(RecordedFile.openRepeated(file, 3))) {
                assertThat(count(reader)).isEqualTo(300);
                assertThat(reader.source().sizeBytes()).isEqualTo(3 * Files.size(file));
            }
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordedFile.openRepeated(plain, 0))
                .withMessage("0 times: expected 1 or more");
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> RecordedFile.openRepeated(folder.resolve("x"), 2))
                .withMessage(folder.resolve("x") + ": no such file");
    }

    /// Broken: an error of the disk would end the trace as if it were complete.
    @Test
    void next_streamThatFails_deliversWholeLinesThenThrows() throws IOException {
        InputStream failing = new ByteArrayInputStream(lines(3)) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                int read = super.read(target, offset, length);
                if (read < 0) {
                    throw new java.io.UncheckedIOException(new IOException("disk on fire"));
                }
                return read;
            }
        };
        InputStream wrapped = new java.io.FilterInputStream(failing) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                try {
                    return super.read(target, offset, length);
                } catch (java.io.UncheckedIOException cause) {
                    throw cause.getCause();
                }
            }
        };
        LineReader reader = new LineReader(RecordedFile.of("stdin", wrapped));

        assertThatExceptionOfType(InputException.class).isThrownBy(() -> count(reader))
                .withMessageContaining("stdin: cannot be read").withMessageContaining("on fire");
        assertThat(reader.number()).isEqualTo(3);
    }

    /// Broken: one endless line would fill the memory, or shift the numbers of the lines after it.
    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 1 << 18})
    void next_endlessLine_isCutOff(int chunkBytes) throws IOException {
        LineReader reader = reader(("a\n" + "b".repeat(200_000) + "\nc")
                .getBytes(StandardCharsets.UTF_8), chunkBytes);

        assertThat(reader.next()).isTrue();
        assertThat(reader.isTooLong()).isFalse();
        assertThat(reader.next()).isTrue();
        assertThat(reader.isTooLong()).isTrue();
        assertThat(reader.text()).isEqualTo("b".repeat(LineReader.MAX_LINE_BYTES));
        assertThat(reader.next()).isTrue();
        assertThat(reader.text()).isEqualTo("c");
        assertThat(reader.number()).isEqualTo(3);
        assertThat(reader.next()).isFalse();
    }

    /// Broken: lines that cross a chunk would be cut in two, or line ends would stay on them.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 9, 64, 4096})
    void next_anyChunkSize_readsTheSameLines(int chunkBytes) throws IOException {
        byte[] content = "first\r\n\n  third line\nlast".getBytes(StandardCharsets.UTF_8);

        for (byte[] bytes : new byte[][] {content, gzip(content)}) {
            LineReader reader = reader(bytes, chunkBytes);
            List<String> lines = new ArrayList<>();
            while (reader.next()) {
                lines.add(reader.text());
            }

            assertThat(lines).containsExactly("first", "", "  third line", "last");
        }
    }

    /// Broken: a reader that is closed early would leave its thread behind.
    @Test
    @Timeout(10)
    void close_beforeTheEnd_endsTheReadingThread() throws IOException {
        RecordedFile source = RecordedFile.of("test.trace", gzip(lines(20_000)), 100);
        ChunkFeed.Pipelined feed = (ChunkFeed.Pipelined) source.feed();
        LineReader reader = new LineReader(source);

        assertThat(reader.next()).isTrue();
        assertThat(feed.isReading()).isTrue();
        reader.close();
        while (feed.isReading()) {
            Thread.onSpinWait();
        }
    }
}
