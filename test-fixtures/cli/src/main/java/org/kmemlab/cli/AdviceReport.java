package org.kmemlab.cli;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.lab.tune.CacheAdvice;
import org.kmemlab.lab.tune.CacheAdvice.Proven;
import org.kmemlab.lab.tune.CacheAdvice.Together;
import org.kmemlab.lab.tune.Change;
import org.kmemlab.lab.tune.Trial;
import org.kmemlab.machine.MachineConfig;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What `advise` says.
///
/// @param source the trace's name
/// @param all whether changes that are not worth it are listed, too
record AdviceReport(String source, MachineConfig config, CacheAdvice advice, boolean all) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final double KIB = 1024;
    private static final double PERCENT = 100;

    List<String> lines() {
        Trial now = advice.asRecorded();
        List<String> lines = new ArrayList<>();
        lines.add("trace    %s: %,d events".formatted(source, advice.events()));
        lines.add("machine  " + ReplayOutcome.machineLine(config));
        lines.add("slabs    %,.0f KiB on average, %,.0f KiB at most; asked for %,.0f KiB (%.1f %%)"
                .formatted(now.meanSlabBytes() / KIB, now.peakSlabBytes() / KIB,
                        advice.meanRequestedBytes() / KIB, percent(advice.meanRequestedBytes())));
        List<Proven> shown = advice.proven().stream().filter(one -> all || one.isWorthIt())
                .toList();
        if (shown.isEmpty()) {
            lines.add("nothing of %d changes that were tried saves enough; --all lists them"
                    .formatted(advice.proven().size()));
            return lines;
        }
        lines.add("");
        lines.add("   saved KiB  of mean   expected  peak KiB  change");
        shown.forEach(one -> lines.addAll(row(one)));
        Together together = advice.together();
        if (together != null) {
            lines.add("");
            lines.add("%,12.0f %7.1f %% %10s %,9.0f  all %d together: %s".formatted(
                    together.savedBytes() / KIB, percent(together.savedBytes()), "",
                    together.trial().peakSlabBytes() / KIB, together.changes().size(),
                    String.join("; ", together.changes().stream().map(Change::title).toList())));
        }
        return lines;
    }

    private List<String> row(Proven one) {
        Change change = one.expectation().change();
        double expected = one.expectation().expectedBytes();
        List<String> lines = new ArrayList<>();
        lines.add("%,12.0f %7.1f %% %10s %,9.0f  %s".formatted(one.savedBytes() / KIB,
                percent(one.savedBytes()),
                Double.isNaN(expected) ? "-" : "%,.0f".formatted(expected / KIB),
                one.trial().peakSlabBytes() / KIB, change.title()));
        if (one.isWorthIt()) {
            lines.add(" ".repeat(44) + change.how());
        }
        return lines;
    }

    private double percent(double bytes) {
        double mean = advice.asRecorded().meanSlabBytes();
        return mean == 0 ? 0 : PERCENT * bytes / mean;
    }

    String json() {
        ObjectNode root = JSON.createObjectNode();
        root.put("trace", source);
        root.put("machine", ReplayOutcome.machineLine(config));
        root.put("events", advice.events());
        root.put("meanRequestedBytes", advice.meanRequestedBytes());
        root.set("asRecorded", JSON.valueToTree(advice.asRecorded()));
        ArrayNode changes = root.putArray("changes");
        advice.proven().forEach(one -> changes.add(change(one)));
        Together together = advice.together();
        if (together != null) {
            ObjectNode node = root.putObject("together");
            ArrayNode titles = node.putArray("changes");
            together.changes().forEach(change -> titles.add(change.title()));
            node.put("savedBytes", together.savedBytes());
            node.set("trial", JSON.valueToTree(together.trial()));
        }
        return JSON.writeValueAsString(root);
    }

    private static ObjectNode change(Proven one) {
        ObjectNode node = JSON.createObjectNode();
        double expected = one.expectation().expectedBytes();
        node.put("change", one.expectation().change().title());
        node.put("how", one.expectation().change().how());
        if (Double.isNaN(expected)) {
            node.putNull("expectedBytes");
        } else {
            node.put("expectedBytes", expected);
        }
        node.put("savedBytes", one.savedBytes());
        node.put("recommended", one.isWorthIt());
        node.set("trial", JSON.valueToTree(one.trial()));
        return node;
    }
}
