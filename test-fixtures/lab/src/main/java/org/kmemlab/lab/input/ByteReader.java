package org.kmemlab.lab.input;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/// Reads a recorded file as bytes, for formats that have no lines.
public final class ByteReader implements AutoCloseable {

    private final RecordedFile source;
    private @Nullable Chunk chunk;
    private int at;
    private long position;

    /// Reads the bytes of a source, which it closes with itself.
    public ByteReader(RecordedFile source) {
        this.source = source;
    }

    /// Reads the next bytes.
    ///
    /// @param target receives them, from its start
    /// @return how many: fewer than `count` only at the end of the data
    /// @throws InputException if the file is damaged, as gz data, before that many
    public int read(byte[] target, int count) throws IOException {
        int done = 0;
        while (done < count) {
            Chunk current = chunk;
            if (current == null || at == current.end()) {
                current = advance(current);
                if (current.isEmpty()) {
                    break;
                }
            }
            int part = Math.min(count - done, current.end() - at);
            System.arraycopy(current.bytes(), at, target, done, part);
            at += part;
            done += part;
        }
        position += done;
        return done;
    }

    private Chunk advance(@Nullable Chunk used) throws IOException {
        if (used != null) {
            if (used.isEmpty()) {
                return used;
            }
            source.throwIfFailed(used);
            source.giveBack(used);
        }
        Chunk next = source.take();
        chunk = next;
        at = Chunk.HEADROOM;
        if (next.isEmpty()) {
            source.throwIfFailed(next);
        }
        return next;
    }

    /// How many bytes were read so far, decompressed.
    public long position() {
        return position;
    }

    /// What the bytes come from.
    public RecordedFile source() {
        return source;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
