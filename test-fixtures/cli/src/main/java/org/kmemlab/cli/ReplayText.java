package org.kmemlab.cli;

import static java.util.Locale.ROOT;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.proc.ProcBuddyinfo;
import org.kmemlab.lab.replay.ReplayBucket;
import org.kmemlab.lab.replay.ReplayResult;
import org.kmemlab.lab.replay.ReplayResult.ObjectFigures;
import org.kmemlab.lab.replay.ReplayResult.PageFigures;
import org.kmemlab.lab.replay.ReplayResult.PageRequests;
import org.kmemlab.lab.trace.TraceCounts;
import org.kmemlab.lab.trace.TraceEventKind;
import org.kmemlab.slab.proc.ProcSlabinfo;

/// The report of a replay for people.
final class ReplayText {

    private static final int NAMES_SHOWN = 10;

    private final List<String> lines = new ArrayList<>();
    private final ReplayOutcome outcome;

    private ReplayText(ReplayOutcome outcome) {
        this.outcome = outcome;
    }

    static List<String> lines(ReplayOutcome outcome) {
        ReplayText text = new ReplayText(outcome);
        ReplayResult result = outcome.result();
        text.addHead();
        text.addLineCounts(result.lines());
        text.addEvents(result);
        text.addObjects(result.objects());
        text.addPages(result.pages());
        text.addCaches(result);
        text.addProc("slabinfo", ProcSlabinfo.text(outcome.caches()));
        text.addProc("buddyinfo", ProcBuddyinfo.text(outcome.zones()));
        return text.lines;
    }

    private void addHead() {
        lines.add("trace    " + outcome.trace());
        lines.add("machine  " + outcome.machineLine());
        lines.add(String.format(ROOT, "time     %,d events in %.3f s: %.2f million a second",
                outcome.result().events().total(), outcome.seconds(),
                outcome.eventsPerSecond() / 1e6));
    }

    private void title(String text) {
        lines.add("");
        lines.add(text);
    }

    private void figure(String name, long value) {
        lines.add(String.format(ROOT, "  %-34s %,15d", name, value));
    }

    private void addLineCounts(TraceCounts counts) {
        title(String.format(ROOT, "%,d lines", counts.lines()));
        figure("kmem events", counts.events());
        figure("other events", counts.otherEvents());
        figure("comments and empty lines", counts.comments());
        figure("lines of call stacks", counts.stackLines());
        figure("marks of lost events", counts.lossMarks());
        figure("unparsable", counts.unparsable());
        counts.firstUnparsable().forEach(line -> lines.add("    " + line));
        if (counts.unparsable() > counts.firstUnparsable().size()) {
            lines.add("    ...");
        }
        if (counts.lostEvents() > 0) {
            lines.add(String.format(ROOT, "  the recorder lost %,d events: figures are too low",
                    counts.lostEvents()));
        }
        if (!counts.unknownGfpNames().isEmpty()) {
            lines.add("  gfp names taken for no flag: " + counts.unknownGfpNames());
        }
    }

    private void addEvents(ReplayResult result) {
        StringBuilder head = new StringBuilder(String.format("%-27s%10s", "events", "read"));
        for (ReplayBucket bucket : ReplayBucket.values()) {
            head.append(String.format("%" + width(bucket) + "s", bucket.label()));
        }
        title(head.toString());
        for (TraceEventKind kind : TraceEventKind.values()) {
            if (result.events().count(kind) > 0) {
                lines.add(eventRow(kind.eventName(), result.events().count(kind),
                        bucket -> result.events().count(kind, bucket)));
            }
        }
        lines.add(eventRow("all", result.events().total(), result.events()::count));
    }

    private static String eventRow(String name, long read, ToLongFunction<ReplayBucket> count) {
        StringBuilder row = new StringBuilder(String.format(ROOT, "  %-25s%,10d", name, read));
        for (ReplayBucket bucket : ReplayBucket.values()) {
            row.append(String.format(ROOT, "%," + width(bucket) + "d", count.applyAsLong(bucket)));
        }
        return row.toString();
    }

    private static int width(ReplayBucket bucket) {
        return Math.max(bucket.label().length() + 2, 11);
    }

    private void addObjects(ObjectFigures objects) {
        title("objects");
        figure("allocations", objects.allocations());
        figure("frees", objects.frees());
        figure("frees on another CPU", objects.crossCpuFrees());
        figure("frees that left no event", objects.silentFrees());
        figure("bytes requested", objects.requestedBytes());
        figure("bytes allocated", objects.allocatedBytes());
        figure("bytes lost to internal fragmentation",
                objects.allocatedBytes() - objects.requestedBytes());
        lines.add(String.format(ROOT, "  %-34s %15.4f %%", "internal fragmentation",
                objects.fragmentationPercent()));
        figure("objects left", objects.liveObjects());
        figure("bytes left", objects.liveBytes());
        figure("most bytes at one moment", objects.peakLiveBytes());
    }

    private void addPages(PageFigures pages) {
        title("pages");
        figure("requests served", pages.allocations());
        figure("pages they got", pages.allocatedPages());
        figure("requests that failed when recorded", pages.failures());
        figure("blocks freed", pages.frees());
        figure("pages in them", pages.freedPages());
        figure("freed blocks seen allocated", pages.matchedFrees());
        figure("blocks freed in parts", pages.partialFrees());
        figure("frees that left no event", pages.silentFrees());
        figure("blocks for slabs, large kmallocs", pages.slabBlocks());
        title("page requests by order" + String.format("%14s%14s%14s", "Unmovable", "Movable",
                "Reclaimable"));
        int maxOrder = pages.requests().stream().mapToInt(PageRequests::order).max().orElse(-1);
        for (int order = 0; order <= maxOrder; order++) {
            StringBuilder row = new StringBuilder(String.format("  %20d", order));
            for (int type = 0; type < MigrateType.PCP_TYPES; type++) {
                row.append(String.format(ROOT, "%,14d", requests(pages, order, type)));
            }
            lines.add(row.toString());
        }
    }

    private static long requests(PageFigures pages, int order, int type) {
        return pages.requests().stream()
                .filter(row -> row.order() == order && row.migrateType() == type)
                .mapToLong(PageRequests::count).sum();
    }

    private void addCaches(ReplayResult result) {
        title("caches");
        figure("named by the trace", result.caches().named());
        figure("without a name", result.caches().unresolved());
        figure("objects put into the wrong one", result.caches().misplacedObjects());
        figure("of another shape than recorded", result.caches().odd().size());
        result.caches().odd().stream().limit(NAMES_SHOWN).forEach(name -> lines.add("    " + name));
        if (result.hashedPointers()) {
            lines.add("  the trace has hashes instead of addresses: pages of slabs cannot be told"
                    + " from others");
        }
    }

    private void addProc(String name, String text) {
        title(name);
        text.lines().forEach(lines::add);
    }
}
