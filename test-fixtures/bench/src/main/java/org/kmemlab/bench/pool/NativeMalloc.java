package org.kmemlab.bench.pool;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

import org.kmemlab.lab.malloc.MallocFamily;

/// C's `malloc` and `free`, called through `java.lang.foreign` without a transition.
///
/// One class for each family: the compiler inlines a call only if its handle is a constant.
abstract class NativeMalloc extends AddressPool {

    private static final MemorySegment EVERYTHING = everything();

    private NativeMalloc(int bytes) {
        super(bytes);
    }

    @SuppressWarnings("restricted") // C hands out addresses without bounds.
    private static MemorySegment everything() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    static AddressPool of(MallocFamily family, int bytes) {
        return switch (family) {
            case GLIBC -> new Glibc(bytes);
            case JEMALLOC -> new Jemalloc(bytes);
            case MIMALLOC -> new Mimalloc(bytes);
            case TCMALLOC -> new Tcmalloc(bytes);
        };
    }

    @Override
    public final long alloc() {
        return alloc(bytes());
    }

    @Override
    public final void write(long address, long value) {
        EVERYTHING.set(ValueLayout.JAVA_LONG, address, value);
    }

    @Override
    public final long read(long address) {
        return EVERYTHING.get(ValueLayout.JAVA_LONG, address);
    }

    private static AssertionError impossible(Throwable thrown) {
        return new AssertionError("a C function threw", thrown);
    }

    private static final class Glibc extends NativeMalloc {

        private static final MethodHandle MALLOC = MallocFamily.GLIBC.malloc();
        private static final MethodHandle FREE = MallocFamily.GLIBC.free();

        Glibc(int bytes) {
            super(bytes);
        }

        @Override
        public long alloc(int size) {
            try {
                return (long) MALLOC.invokeExact((long) size);
            } catch (Throwable thrown) {
                throw impossible(thrown);
            }
        }

        @Override
        public void free(long address) {
            try {
                FREE.invokeExact(address);
            } catch (Throwable thrown) {
                throw impossible(thrown);
            }
        }
    }

    private static final class Jemalloc extends NativeMalloc {

        private static final MethodHandle MALLOC = MallocFamily.JEMALLOC.malloc();
        private static final MethodHandle FREE = MallocFamily.JEMALLOC.free();

        Jemalloc(int bytes) {
            super(bytes);
        }

        @Override
        public long alloc(int size) {
            try {
                return (long) MALLOC.invokeExact((long) size);
            } catch (Throwable thrown) {
                throw impossible(thrown);
            }
        }

        @Override
        public void free(long address) {
            try {
                FREE.invokeExact(address);
            } catch (Throwable thrown) {
                throw impossible(thrown);
            }
        }
    }

    private static final class Mimalloc extends NativeMalloc {

        private static final MethodHandle MALLOC = MallocFamily.MIMALLOC.malloc();
        private static final MethodHandle FREE = MallocFamily.MIMALLOC.free();

        Mimalloc(int bytes) {
            super(bytes);
        }

        @Override
        public long alloc(int size) {
            try {
                return (long) MALLOC.invokeExact((long) size);
            } catch (Throwable thrown) {
                throw impossible(thrown);
            }
        }

        @Override
        public void free(long address) {
            try {
                FREE.invokeExact(address);
            } catch (Throwable thrown) {
                throw impossible(thrown);
            }
        }
    }

    private static final class Tcmalloc extends NativeMalloc {

        private static final MethodHandle MALLOC = MallocFamily.TCMALLOC.malloc();
        private static final MethodHandle FREE = MallocFamily.TCMALLOC.free();

        Tcmalloc(int bytes) {
            super(bytes);
        }

        @Override
        public long alloc(int size) {
            try {
                return (long) MALLOC.invokeExact((long) size);
            } catch (Throwable thrown) {
                throw impossible(thrown);
            }
        }

        @Override
        public void free(long address) {
            try {
                FREE.invokeExact(address);
            } catch (Throwable thrown) {
                throw impossible(thrown);
            }
        }
    }
}
