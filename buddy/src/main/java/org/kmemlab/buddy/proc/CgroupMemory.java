package org.kmemlab.buddy.proc;

import java.util.LinkedHashMap;
import java.util.Map;

import org.kmemlab.machine.MemCgroup;
import org.kmemlab.machine.MemCgroup.Events;
import org.kmemlab.machine.MemCgroup.Stat;

/// The files of a control group's folder that tell of its kernel memory.
///
/// Files and lines about memory that is not modelled, such as that of user space, are left out.
public final class CgroupMemory {

    private CgroupMemory() {
    }

    /// The content of each file.
    public static Map<String, String> files(MemCgroup group) {
        Events events = group.events();
        long reclaimable = group.stat(Stat.SLAB_RECLAIMABLE);
        long unreclaimable = group.stat(Stat.SLAB_UNRECLAIMABLE);
        Map<String, String> files = new LinkedHashMap<>();
        files.put("memory.current", group.usage() + "\n");
        files.put("memory.max",
                group.limit() == MemCgroup.NO_LIMIT ? "max\n" : group.limit() + "\n");
        files.put("memory.peak", group.peak() + "\n");
        files.put("memory.events.local", "low 0\nhigh 0\nmax " + events.max() + "\noom "
                + events.oom() + "\noom_kill " + events.oomKill() + "\noom_group_kill 0\n");
        files.put("memory.stat", "kernel " + group.usage() + "\nslab_reclaimable " + reclaimable
                + "\nslab_unreclaimable " + unreclaimable + "\nslab "
                + (reclaimable + unreclaimable) + "\n");
        return files;
    }
}
