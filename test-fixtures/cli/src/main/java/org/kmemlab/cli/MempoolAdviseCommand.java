package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.advise.PoolAdvice;
import org.kmemlab.lab.advise.PoolAdvisor;
import org.kmemlab.lab.advise.PoolProof;
import org.kmemlab.lab.advise.PoolTrials;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.workload.Workload;
import org.kmemlab.lab.workload.Workloads;
import org.kmemlab.mempool.Mempool;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Says how large a pool's reserve must be.
@Command(name = "advise",
        description = {
            "Reports the smallest min_nr of a pool with which no atomic request of a workload would"
                    + " have failed, for each cache of a trace or of a workload of 'faults --list'.",
            "Assumed: the atomic requests to a cache (without __GFP_DIRECT_RECLAIM), and only these,"
                    + " go through a pool in front of it. The reserve is full when an outage begins,"
                    + " which may be at any event. While it lasts, every request to the cache fails,"
                    + " so that the reserve must serve; an element that is freed refills it first."
                    + " Requests that may wait do so and take nothing from the reserve. So min_nr is"
                    + " the highest rise of the number of live atomic allocations in an outage, and"
                    + " for an outage as long as the run, the most that live at once.",
            "The proof: a real pool of that size, and one of one element less, go along with the"
                    + " requests through the worst outage. With --trace this needs --cache.",
            "If a workload has pools of its own, it is also run with one size of them after the"
                    + " other, their sources failing from any request on for as long as the outage"
                    + " lasts: min_nr is the smallest reserve with which no atomic request fails and no"
                    + " other one waits for ever, as in a run of one task nobody else gives an"
                    + " element back. What such a pool asks of its cache is the pool's, and"
                    + " not atomic.",
            "Up to Linux 6.8 an allocation in a trace does not name its cache: it follows from the"
                    + " frees of objects of the same call site and size."},
        footer = {"  kmemlab mempool advise --workload packet-queue",
            "  kmemlab mempool advise --workload all --outage 8 --json",
            "  kmemlab mempool advise --trace trace.txt.gz",
            "  kmemlab mempool advise --trace trace.txt.gz --outage 1000",
            "  kmemlab mempool advise --trace perf.txt --cache skbuff_head_cache --json"})
final class MempoolAdviseCommand extends StandardCommand {

    private static final int NAMES_SHOWN = 10;

    @Option(names = "--trace", paramLabel = "FILE",
            description = "The trace: text of tracefs or of perf script, or binary; plain or gz.")
    @Nullable
    private Path trace;

    @Option(names = "--workload", paramLabel = "NAME",
            description = "Instead of a trace: a workload that 'faults --list' names, or 'all'.")
    @Nullable
    private String workload;

    @Option(names = "--cache", paramLabel = "NAME",
            description = "Only this cache, with a proof; kmalloc-64 for a size class.")
    @Nullable
    private String cache;

    @Option(names = "--outage", paramLabel = "N", converter = WholeNumber.class,
            description = "How long an outage lasts: N kmem events of the trace, on all CPUs; N"
                    + " allocations and frees of objects in a workload, or for its own pools N"
                    + " requests to their sources. Without this, it lasts to the end.")
    @Nullable
    private Long outage;

    @Option(names = "--seed", paramLabel = "S", converter = WholeNumber.class, defaultValue = "1",
            description = "Of the workload: its machine and its random numbers (default"
                    + " ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--top", paramLabel = "N", converter = WholeNumber.class, defaultValue = "20",
            description = "How many caches to list: those that need most; 0 for all.")
    private long top;

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    @Option(names = "--no-progress", description = "Show no progress bar.")
    private boolean noProgress;

    private @Nullable Progress progress;

    @Override
    public Integer call() throws IOException {
        if (outage != null) {
            WholeNumber.within(outage, 1, Integer.MAX_VALUE, "--outage", " events");
        }
        WholeNumber.within(top, 0, Integer.MAX_VALUE, "--top", " caches");
        if ((trace == null) == (workload == null)) {
            throw usage("give either --trace FILE or --workload NAME|all;"
                    + " 'kmemlab faults --list' names the workloads");
        }
        List<PoolReport> reports = trace != null ? List.of(ofTrace(trace)) : ofWorkloads();
        if (json) {
            out().println(PoolReport.json(reports, outage));
        } else {
            reports.forEach(report -> report.lines(outage).forEach(out()::println));
        }
        return ExitCode.GOOD;
    }

    private long outageEvents() {
        return outage == null ? PoolAdvisor.WHOLE_RUN : outage;
    }

    private PoolReport ofTrace(Path file) throws IOException {
        try {
            PoolAdvisor advisor = PoolAdvisor.ofTrace(() -> open(file));
            PoolAdvisor.Advice advice = advisor.advise(outageEvents());
            if (advice.events() == 0) {
                throw new InputException(file.toString(), -1,
                        "no kmem event; expected the text of tracefs or of perf script");
            }
            PoolAdvice one = cache == null ? null : choose(cache, advice.caches(), "the trace");
            List<PoolReport.Row> rows = one != null ? List.of(proven(advisor, one))
                    : listed(advice.caches()).stream().map(PoolReport.Row::unproven).toList();
            return new PoolReport("trace", file.toString(), advice.events(), rows, null);
        } finally {
            endProgress();
        }
    }

    private List<PoolAdvice> listed(List<PoolAdvice> caches) {
        return caches.stream().limit(top == 0 ? Long.MAX_VALUE : top).toList();
    }

    private TraceCursor open(Path file) throws IOException {
        endProgress();
        RecordedFile recorded = RecordedFile.open(file);
        progress = Progress.of(recorded, noProgress);
        return new TraceCursor(recorded);
    }

    private void endProgress() {
        if (progress != null) {
            progress.close();
        }
    }

    private List<PoolReport> ofWorkloads() throws IOException {
        if ("all".equals(workload)) {
            if (cache != null) {
                throw usage("--cache is for one workload: give its name instead of 'all'");
            }
            List<PoolReport> reports = new ArrayList<>();
            for (Workload one : Workloads.good()) {
                reports.add(of(one));
            }
            return reports;
        }
        return List.of(of(Workloads.named(String.valueOf(workload))));
    }

    private PoolReport of(Workload chosen) throws IOException {
        PoolAdvisor advisor = PoolAdvisor.ofWorkload(chosen, seed);
        PoolAdvisor.Advice advice = advisor.advise(outageEvents());
        List<PoolAdvice> wanted = cache == null ? listed(advice.caches())
                : List.of(choose(cache, advice.caches(), "workload " + chosen.name()));
        List<PoolReport.Row> rows = new ArrayList<>();
        for (PoolAdvice row : wanted) {
            rows.add(proven(advisor, row));
        }
        return new PoolReport("workload", chosen.name(), advice.events(), rows,
                cache != null ? null
                        : PoolTrials.advise(chosen, seed, outageEvents()).orElse(null));
    }

    private PoolAdvice choose(String wanted, List<PoolAdvice> caches, String where) {
        return caches.stream().filter(advice -> advice.cache().equals(wanted)).findFirst()
                .orElseThrow(() -> usage("no request of " + where + " goes to cache '" + wanted
                        + "'; it has " + String.join(", ", caches.stream().limit(NAMES_SHOWN)
                                .map(PoolAdvice::cache).toList())
                        + (caches.size() > NAMES_SHOWN ? ", ... (--top 0 lists all)" : "")));
    }

    private static PoolReport.Row proven(PoolAdvisor advisor, PoolAdvice advice)
            throws IOException {
        if (advice.minNr() == 0 || advice.minNr() > Mempool.MAX_NR) {
            return PoolReport.Row.unproven(advice);
        }
        int minNr = Math.toIntExact(advice.minNr());
        List<PoolProof> proofs = List.of(advisor.prove(advice, minNr),
                advisor.prove(advice, minNr - 1));
        long failed = proofs.getLast().firstFailedPlace();
        return new PoolReport.Row(advice, proofs, failed == 0 ? "" : advisor.place(failed));
    }
}
