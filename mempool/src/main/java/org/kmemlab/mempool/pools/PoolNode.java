package org.kmemlab.mempool.pools;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A pool and the pools below it, for people to look at.
///
/// @param name of the pool
/// @param blockBytes size of its blocks; 0 if any
/// @param owner the task that made it, as `PID: 7 Comm: worker`
/// @param users tasks with blocks in use, and how many; empty if the pool does not remember
/// @param parts the regions it holds, oldest first
/// @param callbacks what is called when it is closed, in the order of registration
/// @param children the pools below it, oldest first
public record PoolNode(String name, int blockBytes, String owner, Map<String, Integer> users,
        List<Part> parts, List<String> callbacks, List<PoolNode> children) {

    /// A region of a pool.
    ///
    /// @param address its first byte
    /// @param bytes its size
    /// @param used blocks in use, or bytes if blocks have any size
    /// @param total blocks, or bytes
    public record Part(long address, long bytes, long used, long total) {}

    /// Copies the lists.
    public PoolNode {
        users = new TreeMap<>(users);
        parts = List.copyOf(parts);
        callbacks = List.copyOf(callbacks);
        children = List.copyOf(children);
    }

    /// The tree as text, two spaces deeper for each level.
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        addLines(lines, "");
        return lines;
    }

    private void addLines(List<String> lines, String indent) {
        String of = blockBytes == 0 ? "" : " of " + blockBytes + " bytes";
        lines.add(indent + "pool " + name + of + ", owner " + owner);
        for (Part part : parts) {
            lines.add(indent + "  slab 0x%x: %d bytes, %d of %d in use".formatted(part.address,
                    part.bytes, part.used, part.total));
        }
        users.forEach((user, count) -> lines.add(indent + "  user " + user + ": " + count));
        callbacks.forEach(callback -> lines.add(indent + "  callback " + callback));
        children.forEach(child -> child.addLines(lines, indent + "  "));
    }
}
