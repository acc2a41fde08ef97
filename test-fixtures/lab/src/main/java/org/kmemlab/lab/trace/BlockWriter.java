package org.kmemlab.lab.trace;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// One block of a binary trace in the making.
///
/// @see BinaryFormat
final class BlockWriter {

    private final OutputStream out;
    private final CRC32C checksum = new CRC32C();
    private byte[] bytes = new byte[1 << 12];
    private int end = BinaryFormat.HEADER_BYTES;

    BlockWriter(OutputStream out) {
        this.out = out;
    }

    void add(long word) {
        room(Long.BYTES);
        BinaryFormat.putLong(bytes, end, word);
        end += Long.BYTES;
    }

    void addText(byte[] text) {
        add(text.length);
        int length = BinaryFormat.padded(text.length);
        room(length);
        System.arraycopy(text, 0, bytes, end, text.length);
        Arrays.fill(bytes, end + text.length, end + length, (byte) 0);
        end += length;
    }

    private void room(int more) {
        if (end + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * bytes.length + more);
        }
    }

    /// Whether so many bytes more would make the block too long.
    boolean isFullWith(int moreBytes) {
        return end - BinaryFormat.HEADER_BYTES + moreBytes > BinaryFormat.MAX_BLOCK_BYTES;
    }

    /// Sets the word at an index, which was added before.
    void set(int word, long value) {
        BinaryFormat.putLong(bytes, BinaryFormat.HEADER_BYTES + word * Long.BYTES, value);
    }

    /// Writes the block and starts the next one.
    void finish(int type, int sequence) throws IOException {
        BinaryFormat.putInt(bytes, 0, type);
        BinaryFormat.putInt(bytes, BinaryFormat.SEQUENCE_AT, sequence);
        BinaryFormat.putInt(bytes, BinaryFormat.LENGTH_AT, end - BinaryFormat.HEADER_BYTES);
        checksum.reset();
        checksum.update(bytes, 0, BinaryFormat.CHECKSUM_AT);
        checksum.update(bytes, BinaryFormat.HEADER_BYTES, end - BinaryFormat.HEADER_BYTES);
        BinaryFormat.putInt(bytes, BinaryFormat.CHECKSUM_AT, (int) checksum.getValue());
        out.write(bytes, 0, end);
        end = BinaryFormat.HEADER_BYTES;
    }
}
