package org.kmemlab.lab.tune;

import java.io.IOException;
import java.util.List;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.replay.ReplayBucket;
import org.kmemlab.lab.replay.ReplayTuning;
import org.kmemlab.lab.replay.TraceReplay;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabAllocator;

/// What the caches held while a trace was replayed with some changes.
///
/// @param meanSlabBytes bytes of all slabs, on average over the samples
/// @param peakSlabBytes the most of them
/// @param failed requests that got nothing
public record Trial(double meanSlabBytes, long peakSlabBytes, long failed) {

    private static final int SAMPLES = 256;

    /// Replays a trace from its start on a machine of its own.
    ///
    /// @param cursor at the start of the trace
    /// @param events how many it has
    static Trial run(TraceCursor cursor, long events, MachineConfig config, List<Change> changes)
            throws IOException {
        KernelProfile profile = config.profile();
        ReplayTuning tuning = ReplayTuning.NONE;
        for (Change change : changes) {
            profile = change.profile(profile);
            tuning = tuning.and(change.tuning());
        }
        try (Machine machine = new Machine(config.withProfile(profile))) {
            SlabAllocator slabs = new SlabAllocator(new PageAllocator(machine));
            return sampled(new TraceReplay(slabs, tuning), slabs, cursor,
                    Math.max(1, events / SAMPLES));
        }
    }

    private static Trial sampled(TraceReplay replay, SlabAllocator slabs, TraceCursor cursor,
            long every) throws IOException {
        double sum = 0;
        long peak = 0;
        long samples = 0;
        long events = 0;
        while (replay.step(cursor)) {
            events++;
            if (events % every == 0) {
                long bytes = slabBytes(slabs);
                sum += bytes;
                peak = Math.max(peak, bytes);
                samples++;
            }
        }
        slabs.validate();
        return new Trial(samples == 0 ? slabBytes(slabs) : sum / samples, peak,
                replay.result().events().count(ReplayBucket.FAILED));
    }

    /// Slabs are taken to be of their cache's usual order; when memory is short a few are smaller.
    private static long slabBytes(SlabAllocator slabs) {
        long bytes = 0;
        for (KmemCache cache : slabs.caches()) {
            CacheSnapshot snapshot = cache.snapshot();
            bytes += (snapshot.slabs() * PhysicalMemory.PAGE_SIZE) << snapshot.geometry().order();
        }
        return bytes;
    }
}
