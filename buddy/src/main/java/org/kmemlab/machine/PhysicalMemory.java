package org.kmemlab.machine;

import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.SPARSE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;

/// The bytes of a machine, addressed as the kernel's direct map addresses them.
///
/// An address is `BASE_ADDRESS + (pfn << 12) + offset in the page`; 0 is NULL and never valid. All
/// accesses are bounds-checked; numbers are little endian, as on x86-64.
///
/// The bytes are a mapping of a sparse, already deleted temporary file: a page of the host is taken
/// at first touch, so a machine of 64 GiB costs what it uses, and reading a page that was never
/// written gives zeros. Measured beside an anonymous mapping through a native call, the first touch
/// costs the same; this one needs no native access. `Arena.allocate` would commit everything, and a
/// copy-on-write mapping counts as committed, too: hosts refuse it beyond their own memory. The host
/// may write touched pages to the disk behind `java.io.tmpdir`; if that is full, an access ends in an
/// `InternalError`.
public final class PhysicalMemory implements AutoCloseable {

    /// log2 of the bytes in a page.
    public static final int PAGE_SHIFT = 12;
    /// Bytes in a page.
    public static final int PAGE_SIZE = 1 << PAGE_SHIFT;
    /// Address of page frame 0: the start of the x86-64 direct map.
    public static final long BASE_ADDRESS = 0xffff_8880_0000_0000L;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Arena arena;
    private final MemorySegment bytes;
    private final int endPfn;
    private final MemoryKind kind;

    private PhysicalMemory(Arena arena, MemorySegment bytes, int endPfn, MemoryKind kind) {
        this.arena = arena;
        this.bytes = bytes;
        this.endPfn = endPfn;
        this.kind = kind;
    }

    /// Memory for page frames 0 to `endPfn - 1`.
    ///
    /// @throws UncheckedIOException if the host cannot map a sparse file of that size
    static PhysicalMemory of(int endPfn, MemoryKind kind) {
        Arena arena = Arena.ofShared();
        if (kind == MemoryKind.METADATA_ONLY) {
            return new PhysicalMemory(arena, MemorySegment.NULL, endPfn, kind);
        }
        long size = (long) endPfn << PAGE_SHIFT;
        try {
            Path file = Files.createTempFile("kmemlab", ".mem");
            try (FileChannel channel = FileChannel.open(file, READ, WRITE, SPARSE,
                    DELETE_ON_CLOSE)) {
                MemorySegment bytes = channel.map(MapMode.READ_WRITE, 0, size, arena);
                return new PhysicalMemory(arena, bytes, endPfn, kind);
            }
        } catch (IOException cause) {
            arena.close();
            throw new UncheckedIOException("cannot map " + size + " bytes of memory in "
                    + System.getProperty("java.io.tmpdir"), cause);
        }
    }

    /// Whether there are bytes to read and write.
    public boolean hasBytes() {
        return kind == MemoryKind.BYTES;
    }

    /// The frame number after the last one.
    public int endPfn() {
        return endPfn;
    }

    /// The address of a page frame's first byte.
    public long addressOf(int pfn) {
        return BASE_ADDRESS + ((long) pfn << PAGE_SHIFT);
    }

    /// The page frame that holds an address; -1 if the machine has no such frame.
    public int pfnOf(long address) {
        long pfn = (address - BASE_ADDRESS) >>> PAGE_SHIFT;
        return pfn < endPfn ? (int) pfn : -1;
    }

    /// The byte at an address.
    public byte getByte(long address) {
        try {
            return bytes.get(ValueLayout.JAVA_BYTE, address - BASE_ADDRESS);
        } catch (IndexOutOfBoundsException cause) {
            throw outside(address, 1, cause);
        }
    }

    /// Writes one byte.
    public void putByte(long address, byte value) {
        try {
            bytes.set(ValueLayout.JAVA_BYTE, address - BASE_ADDRESS, value);
        } catch (IndexOutOfBoundsException cause) {
            throw outside(address, 1, cause);
        }
    }

    /// The four bytes at an address, of any alignment.
    public int getInt(long address) {
        try {
            return bytes.get(INT, address - BASE_ADDRESS);
        } catch (IndexOutOfBoundsException cause) {
            throw outside(address, Integer.BYTES, cause);
        }
    }

    /// Writes four bytes.
    public void putInt(long address, int value) {
        try {
            bytes.set(INT, address - BASE_ADDRESS, value);
        } catch (IndexOutOfBoundsException cause) {
            throw outside(address, Integer.BYTES, cause);
        }
    }

    /// The eight bytes at an address, of any alignment.
    public long getLong(long address) {
        try {
            return bytes.get(LONG, address - BASE_ADDRESS);
        } catch (IndexOutOfBoundsException cause) {
            throw outside(address, Long.BYTES, cause);
        }
    }

    /// Writes eight bytes.
    public void putLong(long address, long value) {
        try {
            bytes.set(LONG, address - BASE_ADDRESS, value);
        } catch (IndexOutOfBoundsException cause) {
            throw outside(address, Long.BYTES, cause);
        }
    }

    /// Sets `size` bytes to `value`.
    public void fill(long address, long size, byte value) {
        slice(address, size).fill(value);
    }

    /// Copies `size` bytes; the ranges may overlap.
    public void copy(long from, long to, long size) {
        slice(to, size).copyFrom(slice(from, size));
    }

    /// A view of `size` bytes for people and for `java.lang.foreign` code. It does not know when the
    /// bytes are freed to the allocator; it dies with the machine.
    public MemorySegment slice(long address, long size) {
        try {
            return bytes.asSlice(address - BASE_ADDRESS, size);
        } catch (IndexOutOfBoundsException cause) {
            throw outside(address, size, cause);
        }
    }

    /// The address of a segment's first byte.
    ///
    /// @throws IllegalArgumentException if the segment is no part of this memory
    public long addressOf(MemorySegment segment) {
        long offset = segment.address() - bytes.address();
        if (!hasBytes() || !segment.isNative() || offset < 0
                || offset > bytes.byteSize() - segment.byteSize()) {
            throw new IllegalArgumentException(
                    segment + " is not in the machine's memory of " + bytes.byteSize() + " bytes");
        }
        return BASE_ADDRESS + offset;
    }

    /// Gives the bytes back to the host; later accesses throw. Closing twice does nothing.
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    private IllegalArgumentException outside(long address, long size,
            IndexOutOfBoundsException cause) {
        String what = size + " bytes at 0x" + Long.toHexString(address);
        if (!hasBytes()) {
            return new IllegalArgumentException(
                    what + ": a METADATA_ONLY machine has no bytes to read or write", cause);
        }
        return new IllegalArgumentException(what + " are outside the machine's memory 0x"
                + Long.toHexString(BASE_ADDRESS) + " to 0x"
                + Long.toHexString(addressOf(endPfn) - 1), cause);
    }
}
