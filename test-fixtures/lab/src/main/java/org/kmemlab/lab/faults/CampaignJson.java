package org.kmemlab.lab.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.kmemlab.lab.input.InputException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Reports of campaigns as files. They hold no times, so equal campaigns give equal files, and merged
/// shards the file of the whole.
public final class CampaignJson {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private CampaignJson() {
    }

    /// The text of a report: sums first, then the report itself.
    public static String text(CampaignReport report) {
        ObjectNode root = JSON.createObjectNode();
        root.put("good", report.good());
        root.put("runs", report.sum(WorkloadReport::runs));
        root.put("injectedRuns", report.sum(WorkloadReport::injectedRuns));
        root.put("sites", report.sum(workload -> workload.sites().size()));
        root.put("sitesCovered", report.sum(WorkloadReport::sitesCovered));
        root.put("findings", report.findings());
        root.put("canaries", report.canaries().size());
        root.put("canariesFound", report.canariesFound());
        root.setAll((ObjectNode) JSON.valueToTree(report));
        return JSON.writeValueAsString(root);
    }

    /// Reads a report.
    ///
    /// @throws InputException if the file is none
    public static CampaignReport read(Path file) throws IOException {
        try {
            return JSON.readValue(Files.readString(file), CampaignReport.class);
        } catch (JacksonException malformed) {
            InputException failure = new InputException(file.toString(), -1,
                    "is no report of a fault campaign: " + malformed.getOriginalMessage());
            failure.initCause(malformed);
            throw failure;
        }
    }
}
