package org.kmemlab.lab.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.lab.input.InputException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// If it failed, a page could be broken by what it shows, ask a network, or show a file that is not
/// what its option says.
class ReportPageTest {

    private static final String VERIFY = """
            {"items": 3, "equal": 2, "known": 1, "good": true, "files": [
              {"subject": "</script><script>alert(1)</script>", "items": 3, "equal": 2,
               "known": {"a cause": 1}, "valuesCompared": 9, "valuesTaken": 0, "valuesMasked": 0,
               "differences": []}]}
            """;

    private static String between(String page, String start, String end) {
        int from = page.indexOf(start) + start.length();
        return page.substring(from, page.indexOf(end, from));
    }

    /// A name in the data could end its element and become part of the page.
    @Test
    void html_namesCannotLeaveTheData() throws IOException {
        String page = new ReportPage("kmemlab report --trace '/*SCRIPT*/ <b>'", "1")
                .with(ResultFile.of(ResultFile.Kind.VERIFY, "v.json", VERIFY)).html();

        String json = between(page, "<script type=\"application/json\" id=\"data\">", "</script>");
        assertThat(json).doesNotContain("<");
        JsonNode data = JsonMapper.shared().readTree(json);
        assertThat(data.at("/verify/files/0/subject").asString())
                .isEqualTo("</script><script>alert(1)</script>");
        assertThat(data.at("/command").asString())
                .isEqualTo("kmemlab report --trace '/*SCRIPT*/ <b>'");
    }

    /// The page would not work without a network, or tell it what somebody looks at.
    @Test
    void html_asksNothingOfANetwork() throws IOException {
        String library = new String(resource("echarts.min.js"), StandardCharsets.UTF_8);
        String page = new ReportPage("kmemlab report", "1").html();

        assertThat(page).startsWith("<!DOCTYPE html>").contains("default-src 'none'", library)
                .doesNotContain("@import", "sourceMappingURL", "/*STYLE*/", "/*DATA*/");
        // It has a picture in a string, for a button that is never shown; the policy forbids it.
        assertThat(page.replace(library, ""))
                .doesNotContainPattern("<(script|link|img|iframe)[^>]*(src|href)=");
    }

    /// Somebody could not tell which library this is, or it was changed.
    @ParameterizedTest
    @CsvSource({"uPlot.txt, uPlot.iife.min.js", "uPlot.txt, uPlot.min.css",
        "echarts.txt, echarts.min.js"})
    void library_isTheOneThatItsTextNames(String text, String library) throws Exception {
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(resource(library)));

        assertThat(new String(resource(text), StandardCharsets.UTF_8))
                .contains(hash + "  " + library);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects
                .requireNonNull(ReportPage.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }

    /// Sums of a check would be lost on the way to the page.
    @Test
    void verify_keepsItsFigures() throws IOException {
        JsonNode content = ResultFile.of(ResultFile.Kind.VERIFY, "v.json", VERIFY).content();

        assertThat(content.at("/equal").asLong()).isEqualTo(2);
        assertThat(content.at("/files/0/known/a cause").asLong()).isEqualTo(1);
    }

    /// A policy's second run would hide its first, or a gap in a series become a mistake.
    @Test
    void compare_keepsOneRunOfEachPolicy() throws IOException {
        String run = """
                {"workload": "w", "policy": "p", "seed": %d, "problem": null,
                 "series": {"event": [1, 2], "columns": {"steps": [1, null], "none": null}}}""";
        JsonNode content = ResultFile.of(ResultFile.Kind.COMPARE, "c.json",
                comparison(run.formatted(1) + "," + run.formatted(2))).content();

        assertThat(content.at("/runs").size()).isEqualTo(1);
        assertThat(content.at("/runs/0/seed").asLong()).isEqualTo(1);
        assertThat(content.at("/runs/0/series/columns/steps/1").isNull()).isTrue();
    }

    private static String comparison(String runs) {
        return """
                {"format": "kmemlab-compare", "version": 1, "command": "c", "seeds": [1, 2],
                 "measures": [], "workloads": [], "policies": [], "runs": [%s], "summaries": []}
                """.formatted(runs);
    }

    /// Somebody who gives the wrong file would get a page with holes, or no hint where to look.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "VERIFY; {; x.json, line 1, column",
        "VERIFY; {\"items\": 1}; Missing creator property 'equal'",
        "VERIFY; {\"items\": \"many\", \"equal\": 1, \"known\": 0, \"good\": true, \"files\": []}; at items",
        "VERIFY; []; is no JSON of a check",
        "VERIFY; {\"items\":1,\"equal\":1,\"known\":0,\"good\":true,\"files\":[{}]}; at files[0]",
        "FAULTS; {\"plan\": \"p\"}; is no JSON of a fault campaign",
        "BENCH; {\"environment\": null, \"figures\": [], \"memory\": [], \"targets\": [], \"skipped\": {}};"
                + " environment",
        "COMPARE; {\"format\": \"other\", \"command\": \"c\", \"seeds\": [], \"measures\": [],"
                + " \"workloads\": [], \"policies\": [], \"runs\": [], \"summaries\": []};"
                + " format other: expected kmemlab-compare",
        "VERIFY; {} {}; x.json, line 1",
        "BENCH; null; is no JSON of a benchmark"})
    void malformedFile_isRefusedWithNameAndPlace(ResultFile.Kind kind, String text,
            String message) {
        assertThatThrownBy(() -> ResultFile.of(kind, "x.json", text))
                .isInstanceOf(InputException.class).hasMessageStartingWith("x.json")
                .hasMessageContaining(message);
    }
}
