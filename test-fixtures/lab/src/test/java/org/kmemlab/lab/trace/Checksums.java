package org.kmemlab.lab.trace;

import java.util.zip.CRC32C;

/// Makes the checksums of a changed binary trace right again, as far as its blocks can be found.
final class Checksums {

    private Checksums() {
    }

    static void repair(byte[] trace) {
        int at = BinaryFormat.MAGIC.length;
        while (at + BinaryFormat.HEADER_BYTES <= trace.length) {
            int length = BinaryFormat.getInt(trace, at + BinaryFormat.LENGTH_AT);
            int from = at + BinaryFormat.HEADER_BYTES;
            if (length < 0 || length > trace.length - from) {
                return;
            }
            CRC32C checksum = new CRC32C();
            checksum.update(trace, at, BinaryFormat.CHECKSUM_AT);
            checksum.update(trace, from, length);
            BinaryFormat.putInt(trace, at + BinaryFormat.CHECKSUM_AT, (int) checksum.getValue());
            at = from + length;
        }
    }
}
