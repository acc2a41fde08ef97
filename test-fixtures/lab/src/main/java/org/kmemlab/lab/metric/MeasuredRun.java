package org.kmemlab.lab.metric;

import java.io.IOException;
import java.util.List;
import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.OwnProcess;
import org.kmemlab.lab.policy.PartialSlabs;
import org.kmemlab.lab.policy.Policy;
import org.kmemlab.lab.policy.PolicyEntry;
import org.kmemlab.lab.policy.PolicyUsage;
import org.kmemlab.lab.stream.RequestStream;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.machine.ZoneType;

/// One policy serving one stream on a machine of its own, measured on the way.
///
/// Blocks are marked and checked, and when the stream has ended everything is freed: then the policy
/// must be valid, hold no block, and give every page back when it is closed. What is not so is the
/// result's problem.
public final class MeasuredRun {

    private static final int PAGES_PER_MIB = 256;
    /// Memory starts behind the lowest 4 MiB, so that it starts with a whole block.
    private static final int FIRST_PFN = 1024;
    private static final int HEARTBEAT_MASK = (1 << 12) - 1;

    private final Policy policy;
    private final StreamPlayer player;
    private final @Nullable PageMeter pages;
    private final long sampleEvery;
    private final Series series;
    private final LongConsumer watcher;

    MeasuredRun(Policy policy, StreamPlayer player, @Nullable PageMeter pages, long events,
            int samples, LongConsumer watcher) {
        this.policy = policy;
        this.player = player;
        this.pages = pages;
        this.sampleEvery = Math.max(1, Math.ceilDiv(events, samples));
        this.series = new Series((int) (events / sampleEvery) + 2, pages != null);
        this.watcher = watcher;
    }

    /// The machine that policies are compared on: one zone, so that no other zone's pages hide how
    /// far this one's are in pieces.
    public static MachineConfig machine(int mebibytes, int cpus, long seed) {
        return MachineConfig
                .ofZones(List.of(ZoneSpan.solid(0, ZoneType.NORMAL, FIRST_PFN,
                        mebibytes * PAGES_PER_MIB)))
                .withCpus(cpus).withSeed(seed);
    }

    /// Plays a stream to its end.
    ///
    /// @param entry the policy; it runs on the machine's zones with its own kernel profile
    /// @param events how many requests the stream has
    /// @param samples how many rows of measures are wanted, at least 1
    /// @param watcher hears every few thousand requests how many were played
    public static RunResult run(PolicyEntry entry, MachineConfig config, RequestStream stream,
            long events, int samples, LongConsumer watcher) throws IOException {
        try (Machine machine = new Machine(config.withProfile(entry.profile()))) {
            PageAllocator allocator = new PageAllocator(machine);
            PageMeter meter = new PageMeter(allocator);
            long freeBefore = meter.freePages();
            Policy policy = entry.maker().apply(allocator);
            StreamPlayer player = new StreamPlayer(policy, machine.cpus(),
                    BlockBytes.of(machine.memory()));
            RunResult result = new MeasuredRun(policy, player, meter, events, samples, watcher)
                    .play(stream);
            if (result.problem() != null) {
                return result;
            }
            allocator.validate();
            long lost = freeBefore - meter.freePages();
            return lost == 0 ? result
                    : new RunResult(result.summary(), result.series(),
                            lost + " pages were not given back when it was closed");
        }
    }

    /// Plays a stream against a policy whose memory is not a machine's.
    ///
    /// @param cpus stand for those of the stream
    /// @param memory the bytes that its blocks lie in
    public static RunResult runOutside(Policy policy, List<Cpu> cpus, BlockBytes memory,
            RequestStream stream, long events, int samples) throws IOException {
        StreamPlayer player = new StreamPlayer(policy, cpus, memory);
        return new MeasuredRun(policy, player, null, events, samples, served -> {
        }).play(stream);
    }

    /// Plays a stream, frees what is left, and closes the policy.
    RunResult play(RequestStream stream) throws IOException {
        String problem = null;
        double retained = Double.NaN;
        long mostSteps = -1;
        try {
            sample();
            while (player.playNext(stream)) {
                if (player.events() % sampleEvery == 0) {
                    sample();
                }
                if ((player.events() & HEARTBEAT_MASK) == 0) {
                    watcher.accept(player.events());
                }
            }
            player.freeAll();
            PolicyUsage end = policy.usage();
            retained = end.pageBytes();
            mostSteps = end.stepsMax();
            problem = problemAtEnd();
            policy.close();
        } catch (RuntimeException | AssertionError wrong) {
            // Whatever it is: the policy's doing, and the other policies go on.
            problem = "after " + player.events() + " requests: " + wrong;
        }
        return new RunResult(summary(retained, mostSteps), series, problem);
    }

    private @Nullable String problemAtEnd() {
        policy.validate();
        long left = policy.usage().blocks();
        return left == 0 ? null : left + " blocks in use after all were freed";
    }

    private RunSummary summary(double retained, long mostSteps) {
        RunSummary summary = RunSummary.of(series, player.peakRequestedBytes());
        if (mostSteps >= 0) {
            summary = summary.with(SummaryMeasure.MOST_STEPS, (double) mostSteps);
        }
        return Double.isNaN(retained) ? summary
                : summary.with(SummaryMeasure.RETAINED_BYTES, retained);
    }

    private void sample() {
        series.startRow(player.events());
        series.set(Measure.BLOCKS, player.blocks());
        series.set(Measure.REQUESTED_BYTES, player.requestedBytes());
        series.set(Measure.FAILED_REQUESTS, player.failed());
        series.set(Measure.CROSS_CPU_FREES, player.crossCpuFrees());
        PolicyUsage usage = policy.usage();
        series.set(Measure.USABLE_BYTES, usage.usableBytes());
        series.set(Measure.PAGE_BYTES, usage.pageBytes());
        if (usage.metadataBytes() >= 0) {
            series.set(Measure.METADATA_BYTES, usage.metadataBytes());
        }
        if (usage.steps() >= 0) {
            series.set(Measure.STEPS, usage.steps());
        }
        if (policy instanceof OwnProcess process) {
            series.set(Measure.RESIDENT_BYTES, process.residentBytes());
        }
        if (policy instanceof PartialSlabs slabs) {
            series.set(Measure.PARTIAL_SLABS, slabs.partialSlabs());
        }
        if (pages != null) {
            pages.sample(series);
        }
    }
}
