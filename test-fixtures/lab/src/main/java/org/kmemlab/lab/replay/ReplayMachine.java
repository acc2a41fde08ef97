package org.kmemlab.lab.replay;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.trace.TraceSurvey;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.CacheState;
import org.kmemlab.slab.EngineKind;
import org.kmemlab.slab.MisusePolicy;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabPages;
import org.kmemlab.slab.SlubSnapshot;

/// Machines that a trace can be replayed on, where the user does not say which.
public final class ReplayMachine {

    /// Memory of a machine whose trace has no pages, in MiB.
    public static final int DEFAULT_MIB = 512;

    private static final int LEAST_MIB = 64;
    private static final int MOST_MIB = 1 << 16;
    private static final int PAGES_PER_MIB_SHIFT = 8;

    private ReplayMachine() {
    }

    /// A PC with the CPUs of the trace, and with the next power of two of MiB above the highest
    /// page frame seen, 64 MiB to 64 GiB.
    ///
    /// @param profile the kernel; its caches are kept apart, as the trace names them after merging
    /// @throws IllegalArgumentException if the trace has more CPUs than a machine can have
    public static MachineConfig config(TraceSurvey survey, KernelProfile profile) {
        return MachineConfig.ofMebibytes(mebibytes(survey)).withProfile(unmerged(profile))
                .withCpus(survey.cpus());
    }

    /// The machine that a state was recorded on, with the CPUs of the trace.
    public static MachineConfig config(TraceSurvey survey, RecordedState state,
            KernelProfile profile) {
        return MachineConfig.ofZones(state.spans()).withProfile(unmerged(profile))
                .withCpus(Math.max(survey.cpus(), state.cpus()));
    }

    /// Allocators in a recorded state: pages, and caches if it has any.
    public static SlabAllocator restored(Machine machine, RecordedState state) {
        EngineKind engine = EngineKind.of(machine.profile());
        for (CacheState cache : state.cacheStates()) {
            boolean isSlub = cache.snapshot() instanceof SlubSnapshot;
            if (isSlub != (engine == EngineKind.SLUB)) {
                throw new IllegalArgumentException("the state has caches of "
                        + (isSlub ? "SLUB" : "SLAB") + ", but kernel " + machine.profile().name()
                        + " keeps objects with " + engine);
            }
        }
        PageAllocator pages = new PageAllocator(machine, state.zones());
        return new SlabAllocator(pages, SlabPages.of(pages), MisusePolicy.REFUSE,
                state.writtenBy(machine.profile()).cacheStates());
    }

    private static int mebibytes(TraceSurvey survey) {
        if (survey.endPfn() <= 0) {
            return DEFAULT_MIB;
        }
        long least = (survey.endPfn() - 1) >> PAGES_PER_MIB_SHIFT;
        if (least >= MOST_MIB) {
            return MOST_MIB;
        }
        return Math.max(LEAST_MIB, Integer.highestOneBit((int) least) * 2);
    }

    private static KernelProfile unmerged(KernelProfile profile) {
        KernelProfile kernel = profile.withoutSlob();
        return kernel.boot().has("slab_nomerge") ? kernel : kernel.booted("slab_nomerge");
    }
}
