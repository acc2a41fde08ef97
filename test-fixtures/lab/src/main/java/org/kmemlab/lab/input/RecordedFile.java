package org.kmemlab.lab.input;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;

/// The bytes of a recorded file, plain or gz: which one, the first two bytes tell.
///
/// Gz data is decompressed on a thread of its own, a few chunks ahead of the parser; memory use
/// does not depend on the length of the file.
public final class RecordedFile implements AutoCloseable {

    /// Bytes that are read and parsed in one go, unless told otherwise.
    public static final int CHUNK_BYTES = 1 << 18;

    private final String name;
    private final long sizeBytes;
    private final Counting counting;
    private final ChunkFeed feed;
    /// A chunk that was looked at before anybody took it.
    private @Nullable Chunk first;

    private RecordedFile(String name, long sizeBytes, InputStream raw, int chunkBytes)
            throws IOException {
        this.name = name;
        this.sizeBytes = sizeBytes;
        this.counting = new Counting(raw);
        BufferedInputStream in = new BufferedInputStream(counting, 1 << 16);
        in.mark(2);
        boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        this.feed = gzip ? new ChunkFeed.Pipelined(name, new GzipStream(name, in), chunkBytes)
                : new ChunkFeed.Direct(in, chunkBytes);
    }

    /// Opens a file.
    ///
    /// @throws InputException if there is no such file or it cannot be read
    public static RecordedFile open(Path file) throws IOException {
        try {
            if (Files.isDirectory(file)) {
                throw new InputException(file.toString(), -1, "is a folder, not a file");
            }
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw new InputException(file.toString(), -1,
                        "is no plain file; pipes cannot be read twice, so save it first");
            }
            return of(file.toString(), Files.size(file), Files.newInputStream(file), CHUNK_BYTES);
        } catch (NoSuchFileException missing) {
            throw unreadable(file.toString(), "no such file", missing);
        } catch (InputException known) {
            throw known;
        } catch (IOException cause) {
            throw unreadable(file.toString(), "cannot be read: " + cause, cause);
        }
    }

    /// Opens a file and reads it several times, as if that many copies stood one after the other.
    ///
    /// @param times 1 or more
    /// @throws InputException if there is no such file or it cannot be read
    public static RecordedFile openRepeated(Path file, int times) throws IOException {
        Validate.isTrue(times > 0, "%d times: expected 1 or more", times);
        if (times == 1) {
            return open(file);
        }
        try {
            return of(file.toString(), times * Files.size(file), new Copies(file, times),
                    CHUNK_BYTES);
        } catch (NoSuchFileException missing) {
            throw unreadable(file.toString(), "no such file", missing);
        }
    }

    /// Reads a stream, such as standard input or a resource; closing the source closes it.
    ///
    /// @param name what messages call it
    public static RecordedFile of(String name, InputStream in) throws IOException {
        return of(name, -1, in, CHUNK_BYTES);
    }

    /// Reads bytes in memory.
    ///
    /// @param name what messages call it
    /// @param chunkBytes how many to parse in one go, 1 or more
    public static RecordedFile of(String name, byte[] content, int chunkBytes) throws IOException {
        return of(name, content.length, new ByteArrayInputStream(content), chunkBytes);
    }

    private static RecordedFile of(String name, long sizeBytes, InputStream in, int chunkBytes)
            throws IOException {
        Validate.isTrue(chunkBytes > 0, "chunk of %d bytes: expected 1 or more", chunkBytes);
        try {
            return new RecordedFile(name, sizeBytes, in, chunkBytes);
        } catch (IOException failure) {
            in.close();
            throw failure;
        }
    }

    private static InputException unreadable(String name, String problem, IOException cause) {
        return unreadable(name, -1, problem, cause);
    }

    private static InputException unreadable(String name, long at, String problem,
            IOException cause) {
        InputException failure = new InputException(name, at, problem);
        failure.initCause(cause);
        return failure;
    }

    /// What messages call it.
    public String name() {
        return name;
    }

    /// How long the file is, compressed if it is; -1 if nobody knows.
    public long sizeBytes() {
        return sizeBytes;
    }

    /// How much of [#sizeBytes] was read so far; for progress, from any thread.
    public long bytesRead() {
        return counting.count;
    }

    /// Whether the data, decompressed if need be, starts with these bytes. To be asked before
    /// anything is read.
    ///
    /// @throws InputException if the file is damaged
    public boolean startsWith(byte[] magic) throws IOException {
        if (first == null) {
            first = feed.take();
        }
        Chunk chunk = first;
        int from = Chunk.HEADROOM;
        return chunk.end() - from >= magic.length && Arrays.equals(magic, 0, magic.length,
                chunk.bytes(), from, from + magic.length);
    }

    ChunkFeed feed() {
        return feed;
    }

    /// The next chunk; an empty one at the end of the data.
    Chunk take() throws IOException {
        Chunk next = first;
        first = null;
        return next == null ? feed.take() : next;
    }

    /// Takes back a chunk that is used up.
    void giveBack(Chunk chunk) {
        feed.giveBack(chunk);
    }

    /// Says what ended the data before this chunk was full.
    ///
    /// @throws InputException if something did
    void throwIfFailed(Chunk chunk) throws IOException {
        IOException failure = chunk.failure();
        if (failure instanceof InputException) {
            throw failure;
        }
        if (failure != null) {
            throw unreadable(name, bytesRead(), "cannot be read: " + failure, failure);
        }
    }

    /// Closes the file.
    @Override
    public void close() throws IOException {
        feed.close();
    }

    /// A file from its start to its end, several times.
    private static final class Copies extends InputStream {

        private final Path file;
        private InputStream in;
        private int left;

        Copies(Path file, int times) throws IOException {
            this.file = file;
            this.in = Files.newInputStream(file);
            this.left = times - 1;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = in.read(target, offset, length);
            while (read < 0 && left > 0) {
                in.close();
                in = Files.newInputStream(file);
                left--;
                read = in.read(target, offset, length);
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    private static final class Counting extends FilterInputStream {

        private long total;
        /// For other threads; only the reading one changes it.
        private volatile long count;

        Counting(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = super.read(target, offset, length);
            if (read > 0) {
                total += read;
                count = total;
            }
            return read;
        }
    }
}
