package org.kmemlab.mempool.pools;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A block in use: a leak, if nobody will free it.
///
/// @param address its first byte
/// @param bytes its size
/// @param owner the task that allocated it, as `PID: 7 Comm: worker`; empty if the pool does not
///        remember
/// @param site the frames that called the pool, innermost first; empty if the pool does not
///        remember
public record LiveBlock(long address, long bytes, String owner, List<String> site) {

    /// Copies the frames.
    public LiveBlock {
        site = List.copyOf(site);
    }

    /// How many of some blocks each task allocated, as far as that is known.
    static Map<String, Integer> users(List<LiveBlock> blocks) {
        Map<String, Integer> users = new TreeMap<>();
        for (LiveBlock block : blocks) {
            if (!block.owner.isEmpty()) {
                users.merge(block.owner, 1, Integer::sum);
            }
        }
        return users;
    }

    /// A line of a leak report.
    @Override
    public String toString() {
        String by = site.isEmpty() ? "" : ", allocated by " + site.getFirst();
        return "%d bytes at 0x%x".formatted(bytes, address)
                + (owner.isEmpty() ? "" : " of " + owner) + by;
    }
}
