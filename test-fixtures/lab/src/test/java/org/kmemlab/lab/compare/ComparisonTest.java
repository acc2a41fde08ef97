package org.kmemlab.lab.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.Set;

import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.kmemlab.lab.compare.ComparisonReport.Cell;
import org.kmemlab.lab.metric.SummaryMeasure;
import org.kmemlab.lab.stream.GeneratedStreams;
import org.kmemlab.lab.stream.TraceSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// If these failed, a comparison could not be trusted or repeated.
class ComparisonTest {

    private static final int EVENTS = 4_000;

    private static ComparisonPlan plan(String... policies) {
        return new ComparisonPlan(
                List.of(TraceSource.bundled(), GeneratedStreams.named("fork-storm", EVENTS)),
                Competitors.chosen(List.of(policies)), 5, 2, 20, 0);
    }

    @Test
    void run_twoThreads_givesTheSameAsOne() throws IOException {
        String one = ComparisonJson.text(new Comparison(plan("kernel", "best-fit")).run(1), "");
        String two = ComparisonJson.text(new Comparison(plan("kernel", "best-fit")).run(2), "");

        assertThat(two).isEqualTo(one);
    }

    @Test
    void run_plan_hasARunForEachWorkloadPolicyAndSeed() throws IOException {
        Comparison comparison = new Comparison(plan("slub-6.1", "first-fit"));
        ComparisonReport report = comparison.run(1);

        assertThat(report.good()).as("%s", report.cells()).isTrue();
        assertThat(report.runs()).extracting(run -> run.workload() + " " + run.policy() + " "
                + run.seed()).containsExactly("small slub-6.1 5", "small first-fit 5",
                        "fork-storm slub-6.1 5", "fork-storm slub-6.1 6",
                        "fork-storm first-fit 5", "fork-storm first-fit 6");
        assertThat(comparison.eventsDone()).isEqualTo(comparison.events());
        Cell cell = report.cells().getLast();
        assertThat(cell.runs()).isEqualTo(2);
        assertThat(cell.get(SummaryMeasure.PEAK_PAGE_BYTES).interval95()).isNotNegative();
        assertThat(cell.get(SummaryMeasure.PEAK_RESIDENT_BYTES)).isNull();
    }

    @Test
    void text_ofAReport_isJsonWithEverySeries() throws IOException {
        ComparisonReport report = new Comparison(plan("kernel", "first-fit")).run(1);

        JsonNode json =
                JsonMapper.shared().readTree(ComparisonJson.text(report, "kmemlab compare"));

        assertThat(json.get("format").asString()).isEqualTo("kmemlab-compare");
        assertThat(json.get("runs")).hasSize(report.runs().size());
        JsonNode run = json.get("runs").get(0);
        int rows = run.get("series").get("event").size();
        assertThat(rows).isBetween(20, 22);
        assertThat(run.get("series").get("columns").get("pageBytes")).hasSize(rows);
        assertThat(run.get("series").get("columns").get("residentBytes").isNull()).isTrue();
        assertThat(run.get("series").get("byOrder").get("unusablePermille")).hasSize(11);
        assertThat(json.get("summaries").get(0).get("measures").get("peakPageBytes").get("mean")
                .asDouble()).isEqualTo(
                        report.cells().getFirst().get(SummaryMeasure.PEAK_PAGE_BYTES).mean());
    }

    @Test
    void write_ofAReport_isATableOfRuns() throws IOException {
        ComparisonReport report = new Comparison(plan("first-fit")).run(1);
        StringWriter text = new StringWriter();

        ComparisonCsv.write(report, text);

        List<CSVRecord> rows = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true)
                .get().parse(new StringReader(text.toString())).getRecords();
        assertThat(rows).hasSize(3);
        assertThat(Double.parseDouble(rows.get(2).get("peakPageBytes"))).isEqualTo(
                report.runs().get(2).result().summary().get(SummaryMeasure.PEAK_PAGE_BYTES));
        assertThat(rows.get(2).get("peakResidentBytes")).isEmpty();
    }

    @Test
    void chosen_groupAndMember_namesEachOnce() {
        List<Competitor> chosen = Competitors.chosen(List.of("rivals", "first-fit", "kernel"));

        assertThat(chosen).doesNotHaveDuplicates().extracting(Competitor::name)
                .contains("slub-6.1", "first-fit");
        assertThat(Set.copyOf(Competitors.chosen(List.of("all")))).containsAll(chosen);
    }

    @Test
    void all_names_areDifferentAndNoGroups() {
        List<String> names = Competitors.all().stream().map(Competitor::name).toList();

        assertThat(names).doesNotHaveDuplicates()
                .doesNotContainAnyElementsOf(Competitors.groups()).doesNotContain("all");
    }

    @Test
    void chosen_unknown_namesWhatThereIs() {
        assertThatThrownBy(() -> Competitors.chosen(List.of("worst-fit")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'worst-fit'").hasMessageContaining("kernel")
                .hasMessageContaining("best-fit");
    }
}
