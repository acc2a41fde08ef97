package org.kmemlab.lab.trace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

import org.kmemlab.lab.input.ByteReader;
import org.kmemlab.lab.input.Bytes;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.RecordedFile;

/// The blocks of a binary trace, one at a time, their checksums checked.
///
/// @see BinaryFormat
final class BlockReader implements AutoCloseable {

    private final ByteReader in;
    private final CRC32C checksum = new CRC32C();
    private final byte[] header = new byte[BinaryFormat.HEADER_BYTES];
    private final byte[] bytes = new byte[BinaryFormat.MAX_BLOCK_BYTES + Bytes.SLACK];
    private boolean started;
    private int sequence;
    private int type;
    private int at;
    private int end;

    BlockReader(RecordedFile source) {
        this.in = new ByteReader(source);
    }

    /// Goes to the next block.
    ///
    /// @throws InputException if it is damaged, or there is none
    void next() throws IOException {
        if (!started) {
            byte[] magic = new byte[BinaryFormat.MAGIC.length];
            if (in.read(magic, magic.length) < magic.length
                    || !Arrays.equals(magic, BinaryFormat.MAGIC)) {
                throw damaged(0, "no binary trace of version 1");
            }
            started = true;
        }
        long start = in.position();
        if (in.read(header, header.length) < header.length) {
            throw damaged(start, "truncated: the last block is missing");
        }
        int length = BinaryFormat.getInt(header, BinaryFormat.LENGTH_AT);
        if (length < 0 || length > BinaryFormat.MAX_BLOCK_BYTES || length % Long.BYTES != 0) {
            throw damaged(start, "damaged: block of " + length + " bytes");
        }
        if (in.read(bytes, length) < length) {
            throw damaged(start, "truncated in a block of " + length + " bytes");
        }
        check(start, length);
        type = BinaryFormat.getInt(header, 0);
        at = 0;
        end = length;
    }

    private void check(long start, int length) throws InputException {
        checksum.reset();
        checksum.update(header, 0, BinaryFormat.CHECKSUM_AT);
        checksum.update(bytes, 0, length);
        int wanted = BinaryFormat.getInt(header, BinaryFormat.CHECKSUM_AT);
        if ((int) checksum.getValue() != wanted) {
            throw damaged(start, "damaged: the checksum is 0x"
                    + Integer.toHexString((int) checksum.getValue()) + " instead of 0x"
                    + Integer.toHexString(wanted) + " in the block");
        }
        int number = BinaryFormat.getInt(header, BinaryFormat.SEQUENCE_AT);
        if (number != sequence++) {
            throw damaged(start, "damaged: block " + number + " follows block " + (sequence - 2));
        }
    }

    /// Checks that nothing follows the last block.
    void requireEnd() throws IOException {
        long position = in.position();
        if (in.read(header, 1) > 0) {
            throw damaged(position, "something follows the last block");
        }
    }

    int type() {
        return type;
    }

    /// Whether the block has more words.
    boolean hasMore() {
        return at < end;
    }

    long word() throws InputException {
        if (at == end) {
            throw wrong("it ends too early");
        }
        long word = Bytes.eightAt(bytes, at);
        at += Long.BYTES;
        return word;
    }

    /// A word that must lie between 0 and `most`.
    int number(long most) throws InputException {
        long word = word();
        if (word < 0 || word > most) {
            throw wrong("number " + word + ": expected 0 to " + most);
        }
        return (int) word;
    }

    /// Goes over a text and returns its length; it starts at [#textFrom] of [#bytes].
    int textLength() throws InputException {
        int length = number(end - at - Long.BYTES);
        at += BinaryFormat.padded(length);
        if (at > end) {
            throw wrong("a text ends behind it");
        }
        return length;
    }

    int textFrom(int length) {
        return at - BinaryFormat.padded(length);
    }

    String text() throws InputException {
        int length = textLength();
        return new String(bytes, textFrom(length), length, StandardCharsets.UTF_8);
    }

    /// The block's bytes, for those who read events; [Bytes#SLACK] may be read behind them.
    byte[] bytes() {
        return bytes;
    }

    int at() {
        return at;
    }

    int end() {
        return end;
    }

    /// What is wrong with the content of the block.
    InputException wrong(String problem) {
        return damaged(in.position() - end - BinaryFormat.HEADER_BYTES,
                "makes no sense: block of type " + type + ", " + problem + ", in the block");
    }

    private InputException damaged(long position, String problem) {
        return new InputException(in.source().name(), position, problem);
    }

    RecordedFile source() {
        return in.source();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
