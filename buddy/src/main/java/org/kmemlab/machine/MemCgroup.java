package org.kmemlab.machine;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;

/// A control group of tasks whose kernel memory is counted and limited (`mem_cgroup`).
///
/// What a group is charged, all groups above it are charged too, and each of them may refuse. An
/// object stays charged to the group of the task that allocated it, whoever frees it.
///
/// Differs from Linux: charges are counted to the byte. The kernel charges whole pages and leaves
/// what it does not need yet, up to 64 pages, in a stock of the CPU, so it shows that much more and
/// reaches a limit that much earlier.
///
/// @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#memory">Control Group v2,
///      Memory</a>
public final class MemCgroup {

    /// No limit (`max`).
    public static final long NO_LIMIT = Long.MAX_VALUE;

    /// How often reclaim may fail before the group counts as out of memory.
    private static final int RECLAIM_RETRIES = 16;

    /// Gives memory of a group back: what a kernel does with the group's pages.
    @FunctionalInterface
    public interface Reclaimer {

        /// Tries to free memory that the group is charged for.
        ///
        /// @param bytes how much is wanted
        /// @return how many bytes were freed
        long reclaim(Cpu cpu, long bytes);
    }

    /// Ends a task of a group that is out of memory.
    @FunctionalInterface
    public interface OomKiller {

        /// Returns whether memory was or will be freed, so that trying again makes sense.
        boolean kill(Cpu cpu);
    }

    /// What the charges are for (`memory.stat`).
    public enum Stat {
        /// Objects of caches with `SLAB_RECLAIM_ACCOUNT`, in bytes.
        SLAB_RECLAIMABLE,
        /// All other objects, in bytes.
        SLAB_UNRECLAIMABLE,
        /// Pages that were asked for as pages, in bytes.
        PAGES
    }

    /// What happened to a group itself (`memory.events.local`).
    ///
    /// @param max how often it was at its limit and had to be reclaimed from, or was exceeded
    /// @param oom how often reclaim did not help
    /// @param oomKill how often a task was ended for that
    public record Events(long max, long oom, long oomKill) {}

    private final String name;
    private final @Nullable MemCgroup parent;
    private final long[] stats = new long[Stat.values().length];
    private Reclaimer reclaimer = (cpu, bytes) -> 0;
    private OomKiller oomKiller = cpu -> false;
    private long limit = NO_LIMIT;
    private long usage;
    private long peak;
    private long failcnt;
    private Events events = new Events(0, 0, 0);

    MemCgroup(String name, @Nullable MemCgroup parent) {
        this.name = name;
        this.parent = parent;
    }

    /// Its name, unique on its machine.
    public String name() {
        return name;
    }

    /// The group above it; null if that is the machine itself, which is never charged.
    public @Nullable MemCgroup parent() {
        return parent;
    }

    /// Most bytes it may be charged (`memory.max`).
    public long limit() {
        return limit;
    }

    /// Sets the limit, and brings the group below it by reclaim, then by ending tasks. What helps
    /// nothing is left: then the group is above its limit.
    ///
    /// @param bytes rounded down to whole pages; [#NO_LIMIT] for none
    public void setLimit(Cpu cpu, long bytes) {
        Validate.isTrue(bytes >= 0, "a limit of %d bytes: expected 0 or more", bytes);
        limit = bytes == NO_LIMIT ? bytes : bytes & -PhysicalMemory.PAGE_SIZE;
        int retries = RECLAIM_RETRIES;
        while (usage > limit) {
            if (retries > 0) {
                retries -= reclaim(cpu, usage - limit) == 0 ? 1 : 0;
            } else if (!outOfMemory(cpu)) {
                return;
            }
        }
    }

    /// Bytes that it is charged now (`memory.current`).
    public long usage() {
        return usage;
    }

    /// Most bytes that it was ever charged (`memory.peak`).
    public long peak() {
        return peak;
    }

    /// How often a charge did not fit (`memory.failcnt` of the first version).
    public long failcnt() {
        return failcnt;
    }

    /// What happened to it.
    public Events events() {
        return events;
    }

    /// Bytes charged to it and the groups below it for one purpose.
    public long stat(Stat stat) {
        return stats[stat.ordinal()];
    }

    /// Sets who frees memory of the group when it is at its limit; nobody unless set.
    public void onReclaim(Reclaimer other) {
        reclaimer = other;
    }

    /// Sets who ends tasks of the group; nobody unless set.
    public void onOutOfMemory(OomKiller other) {
        oomKiller = other;
    }

    /// Charges bytes if they fit into the limits of this group and all above it.
    ///
    /// @return null if they were charged; else the group they do not fit into, and nothing was
    public @Nullable MemCgroup tryCharge(long bytes) {
        for (MemCgroup group = this; group != null; group = group.parent) {
            if (bytes > group.margin()) {
                group.failcnt++;
                return group;
            }
        }
        charge(bytes);
        return null;
    }

    /// Charges bytes, whether they fit or not.
    public void charge(long bytes) {
        for (MemCgroup group = this; group != null; group = group.parent) {
            group.usage += bytes;
            group.peak = Math.max(group.peak, group.usage);
        }
    }

    /// Takes bytes off that were charged.
    public void uncharge(long bytes) {
        for (MemCgroup group = this; group != null; group = group.parent) {
            assert group.usage >= bytes : group + ": " + bytes + " bytes off " + group.usage;
            group.usage -= bytes;
        }
    }

    /// Notes what charged bytes are for, or with a negative number that they are gone.
    public void addStat(Stat stat, long bytes) {
        for (MemCgroup group = this; group != null; group = group.parent) {
            group.stats[stat.ordinal()] += bytes;
        }
    }

    /// Bytes that can still be charged to it; 0 or less at the limit.
    public long margin() {
        return limit - usage;
    }

    /// Notes that it was at its limit.
    public void noteMax() {
        events = new Events(events.max + 1, events.oom, events.oomKill);
    }

    /// Asks for memory back.
    ///
    /// @return how many bytes its usage fell by
    public long reclaim(Cpu cpu, long bytes) {
        long before = usage;
        long _ = reclaimer.reclaim(cpu, bytes);
        return Math.max(0, before - usage);
    }

    /// Notes that reclaim did not help, and has a task ended.
    ///
    /// @return whether trying again makes sense
    public boolean outOfMemory(Cpu cpu) {
        boolean killed = oomKiller.kill(cpu);
        events = new Events(events.max, events.oom + 1, events.oomKill + (killed ? 1 : 0));
        return killed;
    }

    @Override
    public String toString() {
        return "mem_cgroup " + name;
    }
}
