package org.kmemlab.lab.state;

import java.util.List;

import org.kmemlab.buddy.ZoneState;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.slab.CacheState;
import org.kmemlab.slab.SlabFlagWords;

/// One dump: what a real kernel's allocators held at one moment.
///
/// A dump tells how many frames of a zone are managed, not which. Of caches that no engine keeps
/// which we know only the names are read.
///
/// @param zones the zones with memory, in the kernel's order
/// @param caches the caches, the newest first; empty if the dump has none
/// @param unreadCaches names of these caches
public record RecordedState(List<ZoneState> zones, List<RecordedCache> caches,
        List<String> unreadCaches) {

    /// Copies the lists.
    public RecordedState {
        zones = List.copyOf(zones);
        caches = List.copyOf(caches);
        unreadCaches = List.copyOf(unreadCaches);
    }

    /// The same state, its flag words understood as those of the kernel that wrote it; the reader
    /// takes them for those of Linux 6.1.
    ///
    /// @throws IllegalArgumentException if a word has a bit that stands for no flag
    public RecordedState writtenBy(KernelProfile profile) {
        SlabFlagWords words = SlabFlagWords.of(profile);
        return new RecordedState(zones,
                caches.stream().map(cache -> cache.writtenBy(words)).toList(), unreadCaches);
    }

    /// The caches for a slab layer that takes up the state, the newest first.
    public List<CacheState> cacheStates() {
        return caches.stream().map(RecordedCache::toState).toList();
    }

    /// Where the zones lie, for a machine that takes up the state.
    public List<ZoneSpan> spans() {
        return zones.stream().map(ZoneState::span).toList();
    }

    /// CPUs that have page lists of their own.
    public int cpus() {
        return zones.stream().mapToInt(zone -> zone.perCpu().size()).max().orElse(0);
    }
}
