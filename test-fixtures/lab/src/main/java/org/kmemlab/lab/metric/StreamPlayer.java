package org.kmemlab.lab.metric;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.policy.Policy;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.lab.stream.RequestStream;
import org.kmemlab.machine.Cpu;

/// Asks a policy for what a stream says, one request at a time, and keeps account. No garbage, O(1)
/// beside the policy's work.
///
/// A block that the policy could not give counts as failed; its free is passed over.
public final class StreamPlayer {

    private final Policy policy;
    private final List<Cpu> cpus;
    private final @Nullable Cookies cookies;

    private long[] address = new long[1 << 8];
    private long[] serial = new long[1 << 8];
    private int[] bytes = new int[1 << 8];
    private int[] cpu = new int[1 << 8];
    private @Nullable RequestKind[] kind = new RequestKind[1 << 8];

    private long events;
    private long allocations;
    private long blocks;
    private long requestedBytes;
    private long peakRequestedBytes;
    private long failed;
    private long crossCpuFrees;

    /// A player for one stream.
    ///
    /// @param cpus of the machine, by number
    /// @param memory where blocks are marked and checked; null for neither
    public StreamPlayer(Policy policy, List<Cpu> cpus, @Nullable BlockBytes memory) {
        this.policy = policy;
        this.cpus = cpus;
        this.cookies = memory == null ? null : new Cookies(memory);
    }

    /// Plays the next request.
    ///
    /// @return false at the end of the stream
    /// @throws IllegalStateException if a block does not hold any more what was written into it, or
    ///         the policy gives less than was asked for
    public boolean playNext(RequestStream stream) throws IOException {
        if (!stream.next()) {
            return false;
        }
        events++;
        int block = stream.block();
        int number = stream.cpu();
        if (number >= cpus.size()) {
            throw new IllegalArgumentException(
                    "cpu " + number + ": the machine has " + cpus.size());
        }
        if (stream.isAlloc()) {
            alloc(block, stream.kind(), stream.bytes(), number);
        } else {
            free(block, number);
        }
        return true;
    }

    private void alloc(int block, RequestKind wanted, int size, int number) {
        if (block >= address.length) {
            grow(Math.max(2 * address.length, block + 1));
        }
        allocations++;
        long got = policy.alloc(cpus.get(number), wanted, size);
        address[block] = got;
        if (got == 0) {
            failed++;
            return;
        }
        kind[block] = wanted;
        bytes[block] = size;
        cpu[block] = number;
        serial[block] = allocations;
        blocks++;
        requestedBytes += size;
        peakRequestedBytes = Math.max(peakRequestedBytes, requestedBytes);
        if (cookies != null) {
            cookies.put(got, size, allocations);
        }
    }

    private void free(int block, int number) {
        long at = address[block];
        if (at == 0) {
            return;
        }
        if (cookies != null && !cookies.isKept(at, bytes[block], serial[block])) {
            throw new IllegalStateException("after %d requests: the block of %d bytes at 0x%x"
                    .formatted(events, bytes[block], at) + " does not hold what was written");
        }
        if (cpu[block] != number) {
            crossCpuFrees++;
        }
        RequestKind was = kind[block];
        assert was != null : "a block without a kind";
        policy.free(cpus.get(number), was, at);
        address[block] = 0;
        blocks--;
        requestedBytes -= bytes[block];
    }

    private void grow(int length) {
        address = Arrays.copyOf(address, length);
        serial = Arrays.copyOf(serial, length);
        bytes = Arrays.copyOf(bytes, length);
        cpu = Arrays.copyOf(cpu, length);
        kind = Arrays.copyOf(kind, length);
    }

    /// Frees every block that the stream left in use, on the CPU it was allocated on.
    public void freeAll() {
        for (int block = 0; block < address.length; block++) {
            free(block, cpu[block]);
        }
    }

    /// Requests played.
    public long events() {
        return events;
    }

    /// Blocks in use.
    public long blocks() {
        return blocks;
    }

    /// What the blocks in use were asked for.
    public long requestedBytes() {
        return requestedBytes;
    }

    /// The most of it at one moment.
    public long peakRequestedBytes() {
        return peakRequestedBytes;
    }

    /// Requests that got nothing.
    public long failed() {
        return failed;
    }

    /// Blocks freed on another CPU than they were allocated on.
    public long crossCpuFrees() {
        return crossCpuFrees;
    }
}
