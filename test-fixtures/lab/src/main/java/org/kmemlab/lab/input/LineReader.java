package org.kmemlab.lab.input;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/// Cuts chunks into lines, without copying them, except where a line crosses into the next chunk.
///
/// After [#next] has returned true the line is `bytes()[start() .. end())`, without its line feed;
/// the bytes stay valid until the next call. A line longer than [#MAX_LINE_BYTES] is cut off.
public final class LineReader implements AutoCloseable {

    /// The longest line that is looked at.
    public static final int MAX_LINE_BYTES = 1 << 16;

    private final RecordedFile source;
    private @Nullable Chunk chunk;
    private byte[] bytes = new byte[0];
    private int at;
    private int limit;
    /// Behind the last line feed of the chunk.
    private int wholeEnd;
    private int start;
    private int end;
    private long number;
    private boolean tooLong;

    /// Reads the lines of a source, which it closes with itself.
    public LineReader(RecordedFile source) {
        this.source = source;
    }

    /// Goes to the next line.
    ///
    /// @return false at the end of the data
    /// @throws IOException if the data is damaged; all complete lines before were delivered
    public boolean next() throws IOException {
        int lineStart = at;
        int searchFrom = at;
        boolean cut = false;
        while (true) {
            int lineEnd = Bytes.indexOf(bytes, (byte) '\n', searchFrom, limit);
            if (lineEnd < limit) {
                at = lineEnd + 1;
                return deliver(lineStart, lineEnd, cut);
            }
            int tail = limit - lineStart;
            if (tail > Chunk.HEADROOM) {
                cut = true;
                tail = Chunk.HEADROOM;
            }
            if (!advance(lineStart, tail)) {
                at = limit;
                return tail > 0 && deliver(limit - tail, limit, cut);
            }
            lineStart = Chunk.HEADROOM - tail;
            searchFrom = Chunk.HEADROOM;
        }
    }

    /// Where the next line starts in [#bytes], for those who want to look at it before [#next]: all
    /// lines up to [#wholeEnd] are whole there.
    public int ahead() {
        return at;
    }

    /// Behind the last line of [#bytes] that is whole; not behind [#ahead] if the next one is not.
    public int wholeEnd() {
        return wholeEnd;
    }

    /// Goes to the next line, like [#next], if the caller has found its end himself.
    ///
    /// @param lineEnd where its line feed is, below [#wholeEnd]; with no carriage return before it
    ///        and at most [#MAX_LINE_BYTES] behind [#ahead]
    public void take(int lineEnd) {
        number++;
        start = at;
        end = lineEnd;
        tooLong = false;
        at = lineEnd + 1;
    }

    private boolean deliver(int lineStart, int lineEnd, boolean cut) {
        number++;
        start = lineStart;
        tooLong = cut || lineEnd - lineStart > Chunk.HEADROOM;
        end = Math.min(lineEnd, lineStart + Chunk.HEADROOM);
        if (end > start && bytes[end - 1] == '\r') {
            end--;
        }
        return true;
    }

    /// Goes to the next chunk, with `tail` bytes of the last line before its data. At the end of
    /// the data the tail stands at the end of what is left.
    private boolean advance(int lineStart, int tail) throws IOException {
        Chunk last = chunk;
        if (last != null && last.isEmpty()) {
            return false;
        }
        if (last != null) {
            source.throwIfFailed(last);
        }
        Chunk next = source.take();
        System.arraycopy(bytes, lineStart, next.bytes(), Chunk.HEADROOM - tail, tail);
        if (last != null) {
            source.giveBack(last);
        }
        chunk = next;
        bytes = next.bytes();
        limit = next.end();
        wholeEnd = Bytes.endOfLast(bytes, (byte) '\n', Chunk.HEADROOM, limit);
        at = Chunk.HEADROOM;
        if (next.isEmpty()) {
            source.throwIfFailed(next);
            return false;
        }
        return true;
    }

    /// What the lines come from.
    public RecordedFile source() {
        return source;
    }

    /// The buffer that the line lies in.
    public byte[] bytes() {
        return bytes;
    }

    /// Where the line starts in the buffer.
    public int start() {
        return start;
    }

    /// Where it ends; a carriage return before the line feed is left out.
    public int end() {
        return end;
    }

    /// The number of the line, from 1; 0 before the first.
    public long number() {
        return number;
    }

    /// Whether the line was longer than [#MAX_LINE_BYTES] and lost its end.
    public boolean isTooLong() {
        return tooLong;
    }

    /// The line as text; for readers of rare lines.
    public String text() {
        return new String(bytes, start, end - start, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
