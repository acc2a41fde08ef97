package org.kmemlab.lab.stream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.commons.lang3.Validate;
import org.kmemlab.lab.policy.RequestKind;

/// What a generator has made up and nobody has asked for yet, in order.
///
/// A request is one long: block, CPU, and whether it allocates. What is known of a block lies in
/// arrays until its free was delivered. Generators run ahead, so the block numbers they see are not
/// those of the stream: a block gets its [#number] when its allocation is delivered.
final class Outbox {

    /// CPUs are numbered up to here.
    static final int MAX_CPUS = 1 << 8;

    private static final int CPU_SHIFT = 1;
    private static final int BLOCK_SHIFT = 9;

    private record KindKey(String name, int objectSize, int task) {}

    private final BlockNumbers blocks = new BlockNumbers();
    private final BlockNumbers numbers = new BlockNumbers();
    private final Map<KindKey, RequestKind> kindOf = new HashMap<>();
    private final List<RequestKind> kinds = new ArrayList<>();
    private int[] kind = new int[1 << 8];
    private int[] bytes = new int[1 << 8];
    private int[] number = new int[1 << 8];

    private long[] ring = new long[1 << 8];
    private int first;
    private int count;

    /// The kind of that name, size and task; made when first asked for.
    ///
    /// @param objectSize 0 for `kmalloc`
    RequestKind kind(String name, int objectSize, int task) {
        return kindOf.computeIfAbsent(new KindKey(name, objectSize, task), key -> {
            kinds.add(new RequestKind(kinds.size(), name, objectSize, task));
            return kinds.getLast();
        });
    }

    /// Adds an allocation.
    ///
    /// @return the block, for [#free]
    int alloc(RequestKind what, int size, int cpu) {
        Validate.isTrue(size >= 1, "request of %d bytes: expected 1 or more", size);
        int block = blocks.take();
        if (block >= kind.length) {
            kind = Arrays.copyOf(kind, 2 * kind.length);
            bytes = Arrays.copyOf(bytes, 2 * bytes.length);
            number = Arrays.copyOf(number, 2 * number.length);
        }
        kind[block] = what.number();
        bytes[block] = size;
        append(block, cpu, 1);
        return block;
    }

    /// Adds the free of a block.
    void free(int block, int cpu) {
        append(block, cpu, 0);
    }

    private void append(int block, int cpu, int isAlloc) {
        if (count == ring.length) {
            long[] larger = new long[2 * count];
            for (int i = 0; i < count; i++) {
                larger[i] = ring[(first + i) & (count - 1)];
            }
            ring = larger;
            first = 0;
        }
        ring[(first + count++) & (ring.length - 1)] = (long) block << BLOCK_SHIFT
                | (long) cpu << CPU_SHIFT | isAlloc;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /// Takes the oldest request out, packed.
    long poll() {
        long request = ring[first];
        first = (first + 1) & (ring.length - 1);
        count--;
        if (isAlloc(request)) {
            number[block(request)] = numbers.take();
        }
        return request;
    }

    /// Forgets a block whose free was delivered.
    void forget(int block) {
        numbers.giveBack(number[block]);
        blocks.giveBack(block);
    }

    /// The number that a delivered block has in the stream.
    int number(int block) {
        return number[block];
    }

    static boolean isAlloc(long request) {
        return (request & 1) != 0;
    }

    static int cpu(long request) {
        return (int) (request >>> CPU_SHIFT) & (MAX_CPUS - 1);
    }

    static int block(long request) {
        return (int) (request >>> BLOCK_SHIFT);
    }

    RequestKind kindOf(int block) {
        return kinds.get(kind[block]);
    }

    int bytesOf(int block) {
        return bytes[block];
    }
}
