package org.kmemlab.lab.trace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The layout of a binary trace. All numbers are little endian; a word has eight bytes.
///
/// ```text
///   file    magic and version  "kmemtrc", 1
///           blocks             of which the last one is END
///   block   type int           one of the types below
///           sequence int       0, 1, 2 ... in the file
///           length int         bytes that follow, a multiple of 8, at most MAX_BLOCK_BYTES
///           checksum int       CRC-32C of the three numbers before and the bytes that follow
///
///   INFO      CPUs that the header of the text names, then the name of the source
///   SYMBOLS   table (0 call sites, 1 caches, 2 tasks), then texts: they get the numbers 1, 2 ...
///   SHAPES    index of the first one, then rows of 7 words, what events of one kind and origin share:
///               kind | accounted << 8 | refill << 9 | fragmenting << 10 | ownership << 11 | node << 32
///               call site | cache << 32
///               bytes requested
///               bytes allocated
///               gfp | migrate type << 32
///               order | fallback order << 32
///               pageblock order | fallback migrate type << 32
///   CONTEXTS  index of the first one, then rows of 3 words:
///               cpu | pid << 32
///               flags
///               task
///   EVENTS    how many, then for each
///               shape 16 bits | context 16 bits | object number 32 bits
///               nanoseconds since the last event 32 bits, signed | lines since 28 bits | tags 4 bits
///               POINTER   the object's address, from now on that of its number
///               TIME      instead of nanoseconds since the last event: the time
///               LINE      instead of lines since: the number of the line
///               page events: address of the descriptor, page frame number
///   NOTE      number of a line that could not be read, then the reason; or 0, then the name of a gfp
///             flag that was taken for none
///   END       the numbers of TraceCounts in its sequence, then the CPUs that the text names
/// ```
///
/// A text is its length in bytes, a word, and the bytes, filled up with zeros to whole words. Kinds
/// are numbered as in [TraceEventKind]. Whatever an event names (symbols, shape, context) was defined
/// in a block before it; a block of rows that starts at index 0 throws the rows before away.
///
/// Object numbers: an object that is allocated has a number from 1, which no other living object
/// has; its free has the same. 0 stands for no object that the trace saw allocated, with the POINTER
/// tag if the pointer is not NULL.
final class BinaryFormat {

    static final byte[] MAGIC = "kmemtrc\001".getBytes(StandardCharsets.US_ASCII);

    static final int INFO = 1;
    static final int SYMBOLS = 2;
    static final int SHAPES = 3;
    static final int CONTEXTS = 4;
    static final int EVENTS = 5;
    static final int NOTE = 6;
    static final int END = 7;

    static final int HEADER_BYTES = 16;
    static final int SEQUENCE_AT = 4;
    static final int LENGTH_AT = 8;
    static final int CHECKSUM_AT = 12;
    static final int MAX_BLOCK_BYTES = 1 << 18;

    static final int SHAPE_WORDS = 7;
    static final int CONTEXT_WORDS = 3;
    /// The most rows of a kind that are known at a time.
    static final int MAX_ROWS = 1 << 16;

    static final int ACCOUNTED = 1 << 8;
    static final int PERCPU_REFILL = 1 << 9;
    static final int FRAGMENTING = 1 << 10;
    static final int CHANGE_OWNERSHIP = 1 << 11;

    static final int LINE_BITS = 28;
    static final int TAGS_SHIFT = Integer.SIZE + LINE_BITS;
    static final int POINTER = 1;
    static final int TIME = 2;
    static final int LINE = 4;
    /// Words of an event with everything.
    static final int MAX_EVENT_WORDS = 7;

    static final int CALL_SITES = 0;
    static final int CACHE_NAMES = 1;
    static final int TASKS = 2;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class,
            ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class,
            ByteOrder.LITTLE_ENDIAN);

    private BinaryFormat() {
    }

    static void putLong(byte[] bytes, int at, long value) {
        LONGS.set(bytes, at, value);
    }

    static int getInt(byte[] bytes, int at) {
        return (int) INTS.get(bytes, at);
    }

    static void putInt(byte[] bytes, int at, int value) {
        INTS.set(bytes, at, value);
    }

    /// Two numbers in a word.
    static long pair(int low, int high) {
        return (long) high << Integer.SIZE | (low & 0xffff_ffffL);
    }

    static int low(long word) {
        return (int) word;
    }

    static int high(long word) {
        return (int) (word >>> Integer.SIZE);
    }

    /// Bytes that a text of `length` bytes takes, without its length.
    static int padded(int length) {
        return length + Long.BYTES - 1 & -Long.BYTES;
    }
}
