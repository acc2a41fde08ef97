package org.kmemlab.cli;

import java.util.ArrayList;
import java.util.List;

import org.apache.commons.lang3.StringUtils;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.advise.OwnPoolAdvice;
import org.kmemlab.lab.advise.PoolAdvice;
import org.kmemlab.lab.advise.PoolProof;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What `mempool advise` says about one trace or workload.
///
/// @param kind `trace` or `workload`
/// @param name of the file or the workload
/// @param events how many there are
/// @param rows one for each cache
/// @param own the workload's own pools; null if it has none
record PoolReport(String kind, String name, long events, List<Row> rows,
        @Nullable OwnPoolAdvice own) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT).build();

    /// One cache.
    ///
    /// @param proofs with that reserve, and with one element less; or nothing
    /// @param firstFailed what fails first with less, in words
    record Row(PoolAdvice advice, List<PoolProof> proofs, String firstFailed) {

        static Row unproven(PoolAdvice advice) {
            return new Row(advice, List.of(), "");
        }

        private List<String> lines() {
            String worst = advice.minNr() == 0 ? "-"
                    : "%,d to %,d".formatted(advice.fromEvent(), advice.toEvent());
            List<String> lines = new ArrayList<>();
            lines.add("%,9d %,12d %,12d  %s  %s".formatted(advice.minNr(),
                    advice.atomicRequests(), advice.requests(), StringUtils.rightPad(worst, 24),
                    advice.cache()));
            for (PoolProof proof : proofs) {
                lines.add("proof    a pool of %,d: %s".formatted(proof.minNr(),
                        proof.failed() == 0
                                ? "all %,d atomic requests served".formatted(proof.served())
                                : "%,d served, %,d failed, the first %s".formatted(
                                        proof.served(), proof.failed(), firstFailed)));
            }
            return lines;
        }
    }

    List<String> lines(@Nullable Long outage) {
        List<String> lines = new ArrayList<>();
        lines.add("%s %s: %,d events".formatted(StringUtils.rightPad(kind, 8), name, events));
        lines.add("outage   " + (outage == null ? "as long as the " + (own == null ? kind : "run")
                : "%,d events, beginning anywhere".formatted(outage)));
        lines.add("");
        lines.add("   min_nr       atomic          all  worst outage, events      cache");
        rows.forEach(row -> lines.addAll(row.lines()));
        if (own != null) {
            lines.add("own pool: %s, asks its source %,d times, has min_nr %,d"
                    .formatted(own.pools(), own.requests(), own.minNrNow()));
            lines.add(
                    "proof    min_nr %,d: no request failed in any of %,d runs, one for each outage"
                            .formatted(own.minNr(), own.runs()));
            lines.add("proof    min_nr %,d: %s".formatted(own.minNr() - 1, own.minNr() == 1
                    ? "a pool cannot be resized to that"
                    : "outage from request %,d on, fails %s".formatted(own.fromRequest(),
                            own.failedPlace())));
        }
        if (kind.equals("workload")) {
            lines.add("");
        }
        return lines;
    }

    /// A trace is the object itself; workloads are an array of such.
    static String json(List<PoolReport> reports, @Nullable Long outage) {
        ObjectNode root = JSON.createObjectNode();
        if (reports.getFirst().kind.equals("trace")) {
            reports.getFirst().writeTo(root, outage);
        } else {
            ArrayNode workloads = root.putArray("workloads");
            reports.forEach(report -> report.writeTo(workloads.addObject(), outage));
        }
        return JSON.writeValueAsString(root);
    }

    private void writeTo(ObjectNode node, @Nullable Long outage) {
        node.put(kind, name);
        node.put("events", events);
        node.put("outageEvents", outage);
        ArrayNode caches = node.putArray("caches");
        ArrayNode proofs = node.putArray("proofs");
        for (Row row : rows) {
            caches.add(JSON.<ObjectNode>valueToTree(row.advice));
            for (PoolProof proof : row.proofs) {
                ObjectNode run = JSON.valueToTree(proof);
                run.put("cache", row.advice.cache());
                run.put("firstFailed", proof.failed() == 0 ? null : row.firstFailed);
                proofs.add(run);
            }
        }
        if (kind.equals("workload")) {
            node.set("ownPools", own == null ? JSON.nullNode() : JSON.valueToTree(own));
        }
    }
}
