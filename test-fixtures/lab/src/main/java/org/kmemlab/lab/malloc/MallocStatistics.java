package org.kmemlab.lab.malloc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;

/// What a C allocator says of itself, by the interface that its manual documents.
///
/// @see <a href="https://man7.org/linux/man-pages/man3/mallinfo.3.html">mallinfo2(3)</a>
/// @see <a href="https://jemalloc.net/jemalloc.3.html">jemalloc(3), MALLCTL NAMESPACE</a>
/// @see <a href="https://microsoft.github.io/mimalloc/group__extended.html">mimalloc, extended
///      functions</a>
/// @see <a href="https://gperftools.github.io/gperftools/tcmalloc.html">TCMalloc, generic
///      properties</a>
abstract class MallocStatistics {

    /// Not told.
    static final long UNKNOWN = -1;

    private MallocStatistics() {
    }

    /// The statistics of a family in this process.
    static MallocStatistics of(MallocFamily family) {
        return switch (family) {
            case GLIBC -> new Glibc();
            case JEMALLOC -> new Jemalloc();
            case MIMALLOC -> new Mimalloc();
            case TCMALLOC -> new Tcmalloc();
        };
    }

    /// Bytes that it holds of the operating system, in use or not.
    abstract long heldBytes() throws Throwable;

    /// Bytes for its own bookkeeping; [#UNKNOWN] if it does not tell.
    long metadataBytes() throws Throwable {
        return UNKNOWN;
    }

    /// `mallinfo2` of all arenas: memory from `brk` and from `mmap`.
    private static final class Glibc extends MallocStatistics {

        private static final int FIELDS = 10;
        private static final int ARENA = 0;
        private static final int HBLKHD = 4;

        private final MethodHandle mallinfo = MallocFamily.GLIBC.function("mallinfo2",
                FunctionDescriptor.of(MemoryLayout.structLayout(
                        MemoryLayout.sequenceLayout(FIELDS, JAVA_LONG).withName("fields"))));

        @Override
        long heldBytes() throws Throwable {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment info = (MemorySegment) mallinfo.invokeExact((SegmentAllocator) arena);
                return info.getAtIndex(JAVA_LONG, ARENA) + info.getAtIndex(JAVA_LONG, HBLKHD);
            }
        }
    }

    /// `stats.active` and `stats.metadata` of a fresh epoch.
    private static final class Jemalloc extends MallocStatistics {

        private final MethodHandle mallctl = MallocFamily.JEMALLOC.function("mallctl",
                FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));

        @Override
        long heldBytes() throws Throwable {
            return read("stats.active");
        }

        @Override
        long metadataBytes() throws Throwable {
            return read("stats.metadata");
        }

        private long read(String name) throws Throwable {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment value = arena.allocateFrom(JAVA_LONG, 1);
                MemorySegment size = arena.allocateFrom(JAVA_LONG, Long.BYTES);
                check((int) mallctl.invokeExact(arena.allocateFrom("epoch"), MemorySegment.NULL,
                        MemorySegment.NULL, value, (long) Long.BYTES));
                check((int) mallctl.invokeExact(arena.allocateFrom(name), value, size,
                        MemorySegment.NULL, 0L));
                return value.get(JAVA_LONG, 0);
            }
        }

        private static void check(int error) {
            if (error != 0) {
                throw new IllegalStateException("mallctl failed with error " + error);
            }
        }
    }

    /// The memory that `mi_process_info` calls committed.
    private static final class Mimalloc extends MallocStatistics {

        private static final int COUNTERS = 8;
        private static final int CURRENT_COMMIT = 5;

        private final MethodHandle processInfo = MallocFamily.MIMALLOC.function("mi_process_info",
                FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS,
                        ADDRESS, ADDRESS));

        @Override
        long heldBytes() throws Throwable {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment counters = arena.allocate(JAVA_LONG, COUNTERS);
                Object[] places = new Object[COUNTERS];
                for (int i = 0; i < COUNTERS; i++) {
                    places[i] = counters.asSlice((long) i * Long.BYTES);
                }
                processInfo.invokeWithArguments(places);
                return counters.getAtIndex(JAVA_LONG, CURRENT_COMMIT);
            }
        }
    }

    /// The heap's size without what was returned to the operating system.
    private static final class Tcmalloc extends MallocStatistics {

        private final MethodHandle property = MallocFamily.TCMALLOC.function(
                "MallocExtension_GetNumericProperty",
                FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, ADDRESS));

        @Override
        long heldBytes() throws Throwable {
            return read("generic.heap_size") - read("tcmalloc.pageheap_unmapped_bytes");
        }

        private long read(String name) throws Throwable {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment value = arena.allocateFrom(JAVA_LONG, 0);
                boolean known = (boolean) property.invokeExact(arena.allocateFrom(name), value);
                if (!known) {
                    throw new IllegalStateException("TCMalloc does not know " + name);
                }
                return value.get(JAVA_LONG, 0);
            }
        }
    }
}
