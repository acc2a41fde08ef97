package org.kmemlab.lab.stream;

import java.io.IOException;
import java.util.BitSet;

/// What a stream asks for in all: one pass over it.
///
/// @param allocations requests for memory
/// @param frees blocks given back
/// @param crossCpuFrees blocks given back on another CPU than they were allocated on
/// @param cpus one more than the highest CPU
/// @param kinds how many kinds of requests there are
/// @param requestedBytes sum of all requests
/// @param peakRequestedBytes the most bytes in use at one moment, as they were asked for
/// @param peakBlocks the most blocks in use at one moment
public record StreamSurvey(long allocations, long frees, long crossCpuFrees, int cpus, int kinds,
        long requestedBytes, long peakRequestedBytes, long peakBlocks) {

    private static final int MIB = 1 << 20;
    private static final int ROOM = 4;
    private static final int LEAST_MIB = 32;
    private static final int MOST_MIB = 1 << 16;

    /// Goes through a stream from where it stands to its end.
    public static StreamSurvey of(RequestStream stream) throws IOException {
        Pass pass = new Pass();
        while (stream.next()) {
            pass.take(stream);
        }
        return pass.survey();
    }

    /// Allocations and frees.
    public long events() {
        return allocations + frees;
    }

    /// Memory of a machine that has room for it: the next power of two of MiB above four times the
    /// bytes in use, 32 MiB to 64 GiB.
    public int mebibytes() {
        long wanted = ROOM * peakRequestedBytes / MIB;
        return wanted >= MOST_MIB ? MOST_MIB
                : Math.max(LEAST_MIB, Integer.highestOneBit((int) wanted) * 2);
    }

    private static final class Pass {
        private final BitSet kinds = new BitSet();
        private BlockColumn cpuOf = new BlockColumn();
        private long allocations;
        private long frees;
        private long crossCpuFrees;
        private int cpus = 1;
        private long requested;
        private long live;
        private long peak;
        private long peakBlocks;

        void take(RequestStream stream) {
            cpus = Math.max(cpus, stream.cpu() + 1);
            if (stream.isAlloc()) {
                allocations++;
                requested += stream.bytes();
                live += stream.bytes();
                peak = Math.max(peak, live);
                peakBlocks = Math.max(peakBlocks, allocations - frees);
                kinds.set(stream.kind().number());
                cpuOf.set(stream.block(), stream.cpu());
            } else {
                frees++;
                live -= stream.bytes();
                crossCpuFrees += cpuOf.get(stream.block()) == stream.cpu() ? 0 : 1;
            }
        }

        StreamSurvey survey() {
            return new StreamSurvey(allocations, frees, crossCpuFrees, cpus, kinds.cardinality(),
                    requested, peak, peakBlocks);
        }
    }
}
