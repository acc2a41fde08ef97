package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.apache.commons.lang3.StringUtils;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.advise.PoolAdvice;
import org.kmemlab.lab.advise.PoolProof;
import org.kmemlab.lab.advise.TraceAdvisor;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.mempool.Mempool;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Says how large a pool's reserve must be.
@Command(name = "advise",
        description = {
            "Reports the smallest min_nr of a pool with which no atomic request of a recorded"
                    + " workload would have failed, for each cache of its trace.",
            "Assumed: the atomic requests to a cache (without __GFP_DIRECT_RECLAIM), and only these,"
                    + " go through a pool in front of it. The reserve is full when an outage begins,"
                    + " which may be at any event. While it lasts, every request to the cache fails,"
                    + " so that the reserve must serve; an element that is freed refills it first."
                    + " Requests that may wait do so and take nothing from the reserve. So min_nr is"
                    + " the highest rise of the number of live atomic allocations in an outage, and"
                    + " for an outage as long as the trace, the most that live at once.",
            "With --cache a real pool of that size, and one of one element less, are run through the"
                    + " worst outage as a proof.",
            "Up to Linux 6.8 an allocation does not name its cache: it follows from the frees of"
                    + " objects of the same call site and size."},
        footer = {"  kmemlab mempool advise --trace trace.txt.gz",
            "  kmemlab mempool advise --trace trace.txt.gz --outage 1000",
            "  kmemlab mempool advise --trace perf.txt --cache skbuff_head_cache --json"})
final class MempoolAdviseCommand extends StandardCommand {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final int NAMES_SHOWN = 10;

    @Option(names = "--trace", paramLabel = "FILE", required = true,
            description = "The trace: text of tracefs or of perf script, plain or gz.")
    private Path trace = Path.of("");

    @Option(names = "--cache", paramLabel = "NAME",
            description = "Only this cache, with a proof; kmalloc-64 for a size class.")
    @Nullable
    private String cache;

    @Option(names = "--outage", paramLabel = "N", converter = WholeNumber.class,
            description = "How many kmem events of the trace, on all CPUs, an outage lasts; without"
                    + " this, it lasts as long as the trace.")
    @Nullable
    private Long outage;

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
        try {
            TraceAdvisor advisor = new TraceAdvisor(this::open);
            TraceAdvisor.Advice advice = advisor
                    .advise(outage == null ? TraceAdvisor.WHOLE_TRACE : outage);
            if (advice.events() == 0) {
                throw new InputException(trace.toString(), -1,
                        "no kmem event; expected the text of tracefs or of perf script");
            }
            PoolAdvice one = cache == null ? null : choose(advice.caches());
            List<PoolProof> proofs = one == null ? List.of() : proofs(advisor, one);
            List<PoolAdvice> caches = one != null ? List.of(one)
                    : advice.caches().stream().limit(top == 0 ? Long.MAX_VALUE : top).toList();
            print(advice, caches, proofs);
            return ExitCode.GOOD;
        } finally {
            endProgress();
        }
    }

    private TraceCursor open() throws IOException {
        endProgress();
        RecordedFile file = RecordedFile.open(trace);
        progress = Progress.of(file, noProgress);
        return new TraceCursor(file);
    }

    private void endProgress() {
        if (progress != null) {
            progress.close();
        }
    }

    private PoolAdvice choose(List<PoolAdvice> caches) {
        return caches.stream().filter(advice -> advice.cache().equals(cache)).findFirst()
                .orElseThrow(() -> usage("no request of the trace goes to cache '" + cache
                        + "'; it has " + String.join(", ", caches.stream().limit(NAMES_SHOWN)
                                .map(PoolAdvice::cache).toList())
                        + (caches.size() > NAMES_SHOWN ? ", ... (--top 0 lists all)" : "")));
    }

    private static List<PoolProof> proofs(TraceAdvisor advisor, PoolAdvice advice)
            throws IOException {
        if (advice.minNr() == 0 || advice.minNr() > Mempool.MAX_NR) {
            return List.of();
        }
        int minNr = Math.toIntExact(advice.minNr());
        return List.of(advisor.prove(advice, minNr), advisor.prove(advice, minNr - 1));
    }

    private void print(TraceAdvisor.Advice advice, List<PoolAdvice> caches,
            List<PoolProof> proofs) {
        if (json) {
            out().println(json(advice, caches, proofs));
            return;
        }
        out().printf("trace    %s: %,d events%n", trace, advice.events());
        out().println("outage   " + (outage == null ? "as long as the trace"
                : "%,d events, beginning anywhere".formatted(outage)));
        out().println();
        out().println("   min_nr       atomic          all  worst outage, events      cache");
        for (PoolAdvice row : caches) {
            String worst = row.minNr() == 0 ? "-"
                    : "%,d to %,d".formatted(row.fromEvent(), row.toEvent());
            out().printf("%,9d %,12d %,12d  %s  %s%n", row.minNr(), row.atomicRequests(),
                    row.requests(), StringUtils.rightPad(worst, 24), row.cache());
        }
        for (PoolProof proof : proofs) {
            out().printf("proof    a pool of %,d: %s%n", proof.minNr(), proof.failed() == 0
                    ? "all %,d atomic requests served".formatted(proof.served())
                    : "%,d served, %,d failed, the first at line %,d".formatted(proof.served(),
                            proof.failed(), proof.firstFailedLine()));
        }
    }

    private String json(TraceAdvisor.Advice advice, List<PoolAdvice> caches,
            List<PoolProof> proofs) {
        ObjectNode root = JSON.createObjectNode();
        root.put("trace", trace.toString());
        root.put("events", advice.events());
        root.put("outageEvents", outage);
        ArrayNode rows = root.putArray("caches");
        caches.forEach(row -> rows.add(JSON.<ObjectNode>valueToTree(row)));
        ArrayNode runs = root.putArray("proofs");
        proofs.forEach(proof -> runs.add(JSON.<ObjectNode>valueToTree(proof)));
        return JSON.writeValueAsString(root);
    }
}
