package org.kmemlab.lab.input;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Inflates gzip data of any number of members, as `cat a.gz b.gz` makes it.
///
/// Unlike `java.util.zip.GZIPInputStream` it knows at which byte of the file data is damaged, and
/// takes bytes after the last member for damage (zeros, the padding of tapes, excepted) instead of
/// silently ending there.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc1952">RFC 1952, the gzip file format</a>
final class GzipStream extends InputStream {

    private static final int INPUT_BYTES = 1 << 16;
    private static final int HEADER_CRC = 0x02;
    private static final int EXTRA = 0x04;
    private static final int NAME = 0x08;
    private static final int COMMENT = 0x10;

    private final InputStream in;
    private final String fileName;
    private final byte[] input = new byte[INPUT_BYTES];
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private int at;
    private int limit;
    private long bytesBefore;
    private boolean inMember;
    private boolean ended;

    GzipStream(String fileName, InputStream in) {
        this.fileName = fileName;
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!ended) {
            if (!inMember) {
                openMember();
            } else if (inflater.finished()) {
                closeMember();
            } else {
                int count = inflate(target, offset, length);
                if (count > 0) {
                    crc.update(target, offset, count);
                    return count;
                }
            }
        }
        return -1;
    }

    private int inflate(byte[] target, int offset, int length) throws IOException {
        if (inflater.needsInput()) {
            if (at == limit) {
                needInput();
            }
            inflater.setInput(input, at, limit - at);
        }
        try {
            int count = inflater.inflate(target, offset, length);
            at = limit - inflater.getRemaining();
            if (inflater.needsDictionary()) {
                throw damaged("gz data wants a preset dictionary");
            }
            return count;
        } catch (DataFormatException cause) {
            at = limit - inflater.getRemaining();
            InputException failure = damaged("damaged gz data");
            failure.initCause(cause);
            throw failure;
        }
    }

    private void openMember() throws IOException {
        if (!skipPadding()) {
            ended = true;
            return;
        }
        if (nextByte() != 0x1f || nextByte() != 0x8b || nextByte() != 8) {
            throw damaged("bytes that are no gz data");
        }
        int flags = nextByte();
        skip(6);
        if ((flags & EXTRA) != 0) {
            int low = nextByte();
            skip(low | nextByte() << Byte.SIZE);
        }
        skipText((flags & NAME) != 0);
        skipText((flags & COMMENT) != 0);
        skip((flags & HEADER_CRC) != 0 ? 2 : 0);
        inflater.reset();
        crc.reset();
        inMember = true;
    }

    /// Only a member may follow a member, or the end, or zeros up to the end.
    private boolean skipPadding() throws IOException {
        boolean first = position() == 0;
        while (at < limit || fill()) {
            if (first || input[at] != 0) {
                return true;
            }
            at++;
        }
        return false;
    }

    private void closeMember() throws IOException {
        long wantedCrc = nextInt();
        long wantedLength = nextInt();
        if (wantedCrc != crc.getValue()) {
            throw damaged("gz checksum is 0x" + Long.toHexString(crc.getValue()) + " instead of 0x"
                    + Long.toHexString(wantedCrc));
        }
        if (wantedLength != (inflater.getBytesWritten() & 0xffff_ffffL)) {
            throw damaged("gz length is " + inflater.getBytesWritten() + " instead of "
                    + wantedLength);
        }
        inMember = false;
    }

    private long nextInt() throws IOException {
        long value = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            value |= (long) nextByte() << shift;
        }
        return value;
    }

    private void skipText(boolean present) throws IOException {
        if (present) {
            while (nextByte() != 0) {
                // The text is of no interest here.
            }
        }
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            nextByte();
        }
    }

    private int nextByte() throws IOException {
        if (at == limit) {
            needInput();
        }
        return input[at++] & 0xff;
    }

    private void needInput() throws IOException {
        if (!fill()) {
            throw damaged("truncated gz data");
        }
    }

    private boolean fill() throws IOException {
        bytesBefore += limit;
        at = 0;
        limit = 0;
        try {
            limit = Math.max(0, in.read(input));
        } catch (EOFException end) {
            return false;
        }
        return limit > 0;
    }

    /// Bytes of the file that are used up.
    private long position() {
        return bytesBefore + at;
    }

    private InputException damaged(String problem) {
        return new InputException(fileName, position(), problem);
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
