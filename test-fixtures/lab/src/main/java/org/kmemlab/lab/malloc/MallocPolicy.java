package org.kmemlab.lab.malloc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

import com.google.errorprone.annotations.CheckReturnValue;
import org.kmemlab.lab.policy.OwnProcess;
import org.kmemlab.lab.policy.Policy;
import org.kmemlab.lab.policy.PolicyUsage;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.machine.Cpu;

/// A C allocator of this process. What the C library's own held before is the JVM's and not counted;
/// nobody else uses the others.
///
/// It cannot be validated from outside, and keeps what it holds when it is closed.
final class MallocPolicy implements Policy, OwnProcess {

    private static final long NOT_COUNTED = -1;
    private static final int PAGE_BYTES = 4096;
    private static final Path STATM = Path.of("/proc/self/statm");

    private final MallocStatistics statistics;
    private final MethodHandle malloc;
    private final MethodHandle free;
    private final MethodHandle usableSize;
    private final long heldBefore;
    private final long residentBefore;
    private long blocks;
    private long usableBytes;

    MallocPolicy(MallocFamily family) {
        statistics = MallocStatistics.of(family);
        malloc = family.malloc();
        free = family.free();
        usableSize = family.function(family.usableSizeName(),
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
        heldBefore = family == MallocFamily.GLIBC ? held() : 0;
        residentBefore = resident();
    }

    @Override
    @CheckReturnValue
    public long alloc(Cpu cpu, RequestKind kind, int bytes) {
        try {
            long address = (long) malloc.invokeExact((long) bytes);
            if (address != 0) {
                blocks++;
                usableBytes += usableSize(address);
            }
            return address;
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    @Override
    public void free(Cpu cpu, RequestKind kind, long address) {
        usableBytes -= usableSize(address);
        try {
            free.invokeExact(address);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
        blocks--;
    }

    @Override
    public long usableSize(long address) {
        try {
            return (long) usableSize.invokeExact(address);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    @Override
    public PolicyUsage usage() {
        return new PolicyUsage(blocks, usableBytes, Math.max(0, held() - heldBefore), metadata(),
                NOT_COUNTED, NOT_COUNTED, NOT_COUNTED);
    }

    @Override
    public long residentBytes() {
        return Math.max(0, resident() - residentBefore);
    }

    private long held() {
        try {
            return statistics.heldBytes();
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    private long metadata() {
        try {
            return statistics.metadataBytes();
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    private static long resident() {
        try {
            return Long.parseLong(Files.readString(STATM).split(" ", 3)[1]) * PAGE_BYTES;
        } catch (IOException noProc) {
            throw new UncheckedIOException(noProc);
        }
    }

    private static AssertionError impossible(Throwable thrown) {
        return new AssertionError("a C function threw", thrown);
    }

    @Override
    public void validate() {
        // It has no function for that.
    }

    @Override
    public void close() {
        // The process ends.
    }
}
