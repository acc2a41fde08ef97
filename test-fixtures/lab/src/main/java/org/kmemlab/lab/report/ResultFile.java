package org.kmemlab.lab.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.lab.faults.CampaignReport;
import org.kmemlab.lab.input.InputException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What another command wrote as JSON, checked: all that a page needs of it is there. What a page
/// does not need is left out.
///
/// @param kind which command wrote it
/// @param name what the page calls it
/// @param content for the page
public record ResultFile(Kind kind, String name, JsonNode content) {

    /// Who writes results that a page can show.
    public enum Kind {
        /// `kmemlab compare --json`.
        COMPARE("compare", "comparison", ComparisonResult.class),
        /// `kmemlab faults --json`.
        FAULTS("faults", "fault campaign", CampaignReport.class),
        /// `kmemlab bench --json`.
        BENCH("bench", "benchmark", BenchResult.class),
        /// `kmemlab verify ... --json`.
        VERIFY("verify", "check", VerifyResult.class);

        private final String key;
        private final String label;
        private final Class<? extends Record> shape;

        Kind(String key, String label, Class<? extends Record> shape) {
            this.key = key;
            this.label = label;
            this.shape = shape;
        }

        private String complaint() {
            return "is no JSON of a " + label + ": ";
        }

        /// Its name in the data of a page, and the option of the command `report`.
        public String key() {
            return key;
        }
    }

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    /// Reads a file.
    ///
    /// @throws InputException if it is none of this kind; the message names the place
    public static ResultFile read(Kind kind, Path file) throws IOException {
        return of(kind, file.toString(), Files.readString(file));
    }

    /// Reads text.
    ///
    /// @param name what messages and the page call it
    /// @throws InputException as [#read]
    public static ResultFile of(Kind kind, String name, String text) throws InputException {
        try {
            Record content = JSON.readValue(text, kind.shape);
            if (content == null) {
                throw new InputException(name, -1, kind.complaint() + "it is null");
            }
            JsonNode node = JSON.valueToTree(content);
            if (content instanceof CampaignReport campaign) {
                addSums((ObjectNode) node, campaign);
            }
            return new ResultFile(kind, name, node);
        } catch (JacksonException malformed) {
            InputException failure = new InputException(place(name, malformed), -1,
                    kind.complaint() + problem(malformed));
            failure.initCause(malformed);
            throw failure;
        }
    }

    /// What is wrong, without what only programmers can do about it.
    private static String problem(JacksonException malformed) {
        return StringUtils.substringBefore(malformed.getOriginalMessage(),
                "; `DeserializationFeature");
    }

    /// What the campaign itself can tell best.
    private static void addSums(ObjectNode node, CampaignReport campaign) {
        node.put("good", campaign.good()).put("findings", campaign.findings())
                .put("canariesFound", campaign.canariesFound());
    }

    private static String place(String name, JacksonException malformed) {
        TokenStreamLocation location = malformed.getLocation();
        String place = location == null || location.getLineNr() < 1 ? name
                : name + ", line " + location.getLineNr() + ", column " + location.getColumnNr();
        String path = malformed instanceof DatabindException bound && !bound.getPath().isEmpty()
                ? ", at " + path(bound)
                : "";
        return place + path;
    }

    private static String path(DatabindException bound) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference step : bound.getPath()) {
            if (step.getPropertyName() != null) {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            } else {
                path.append('[').append(step.getIndex()).append(']');
            }
        }
        return path.toString();
    }
}
