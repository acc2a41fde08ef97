package org.kmemlab.mempool.pools;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.StackDump;

/// Who allocated each block in use: the task, and the frames that called the pool.
final class AllocationSites {

    private static final int FRAMES_MAX = 16;

    private record Site(String owner, List<String> frames) {}

    private final String entry;
    private final Map<Long, Site> sites = new HashMap<>();

    /// @param front the class through which callers come
    AllocationSites(Class<?> front) {
        entry = front.getName();
    }

    /// @param cpu whose task asks; null if that is not known
    void allocated(long address, @Nullable Cpu cpu) {
        sites.put(address, new Site(cpu == null ? "" : StackDump.who(cpu),
                StackDump.callers(entry::equals, FRAMES_MAX)));
    }

    void freed(long address) {
        sites.remove(address);
    }

    void clear() {
        sites.clear();
    }

    /// A block in use, with what is known about it.
    LiveBlock describe(long address, long bytes) {
        Site site = sites.get(address);
        return site == null ? new LiveBlock(address, bytes, "", List.of())
                : new LiveBlock(address, bytes, site.owner, site.frames);
    }
}
