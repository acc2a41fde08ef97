package org.kmemlab.mempool.pools;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;

/// The nodes of a tree of [RegionPool]s, and those that are kept for later (`apr_allocator_t`).
final class NodeStock {

    /// Sizes of nodes are multiples of it.
    static final int NODE_BYTES = 8192;

    private final RegionSource source;
    private final TreeMap<Integer, Deque<RegionNode>> free = new TreeMap<>();
    private long freeBytes;
    private long maxFreeBytes;

    NodeStock(RegionSource source, long maxFreeBytes) {
        this.source = source;
        this.maxFreeBytes = maxFreeBytes;
    }

    /// The smallest kept node that is large enough, else a new one.
    ///
    /// @return null if there is no memory
    @Nullable
    RegionNode take(Cpu cpu, long bytes, StepCount steps) {
        steps.add(1);
        if (bytes > Integer.MAX_VALUE - NODE_BYTES) {
            return null;
        }
        int rounded = Math.toIntExact(Math.ceilDiv(bytes, NODE_BYTES) * NODE_BYTES);
        Map.Entry<Integer, Deque<RegionNode>> fitting = free.ceilingEntry(rounded);
        if (fitting != null) {
            return takeKept(fitting.getKey(), fitting.getValue());
        }
        long address = source.take(cpu, rounded);
        return address == 0 ? null : new RegionNode(address, rounded);
    }

    private RegionNode takeKept(int bytes, Deque<RegionNode> nodes) {
        RegionNode node = nodes.pop();
        if (nodes.isEmpty()) {
            free.remove(bytes);
        }
        freeBytes -= bytes;
        node.top = node.address;
        return node;
    }

    /// Keeps a node for later, or gives it back if too much is kept already.
    void give(Cpu cpu, RegionNode node) {
        if (freeBytes + node.bytes > maxFreeBytes) {
            source.giveBack(cpu, node.address, node.bytes);
            return;
        }
        free.computeIfAbsent(node.bytes, bytes -> new ArrayDeque<>()).push(node);
        freeBytes += node.bytes;
    }

    /// Sets how much is kept, and gives back what is more, the largest first.
    void setMaxFree(Cpu cpu, long bytes) {
        maxFreeBytes = bytes;
        while (freeBytes > maxFreeBytes) {
            Map.Entry<Integer, Deque<RegionNode>> largest = free.lastEntry();
            RegionNode node = takeKept(largest.getKey(), largest.getValue());
            source.giveBack(cpu, node.address, node.bytes);
        }
    }

    long freeBytes() {
        return freeBytes;
    }

    RegionSource source() {
        return source;
    }
}
