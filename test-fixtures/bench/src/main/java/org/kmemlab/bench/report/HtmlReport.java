package org.kmemlab.bench.report;

import java.util.List;
import java.util.Locale;

import org.kmemlab.bench.suite.BenchReport;
import org.kmemlab.bench.suite.Environment;
import org.kmemlab.bench.suite.Figure;
import org.kmemlab.bench.suite.Targets;

/// A run as one file for a browser: charts, the targets, and the tables as text. It asks nothing of
/// a network.
public final class HtmlReport {

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <title>kmemlab bench</title>
            <style>
            body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em;
                   color: #222; background: #fff }
            table { border-collapse: collapse } td, th { padding: .15em .7em; text-align: right }
            td:first-child, th:first-child { text-align: left }
            tr { border-bottom: 1px solid #ddd } pre { overflow-x: auto; font-size: 12px }
            svg { max-width: 100%; height: auto; font: 12px sans-serif }
            svg text { fill: #222 } .ours { fill: #1a7f5a } .rival { fill: #8a8f98 }
            .harness { fill: #d5d8dc }
            </style>
            </head>
            <body>
            <h1>kmemlab bench</h1>
            """;

    private HtmlReport() {
    }

    /// The page.
    public static String text(BenchReport report) {
        StringBuilder page = new StringBuilder(HEAD);
        environment(page, report.environment());
        targets(page, Targets.judge(report));
        report.columns().forEach((column, figures) -> {
            page.append("<h2>").append(escape(column.label())).append("</h2>\n")
                    .append("<p>ns of thread CPU time, logarithmic</p>\n")
                    .append(new BarChart(figures.stream().map(HtmlReport::bar).toList()).svg());
        });
        page.append("<h2>Tables</h2>\n<pre>")
                .append(escape(String.join("\n", TextReport.lines(report))))
                .append("</pre>\n</body>\n</html>\n");
        return page.toString();
    }

    private static void environment(StringBuilder page, Environment environment) {
        page.append("<p>").append(escape(environment.machine())).append("<br>")
                .append(escape(environment.jvm())).append("<br><code>")
                .append(escape(environment.flags())).append("</code><br><code>")
                .append(escape(environment.command())).append("</code><br>")
                .append(escape(environment.effort() + ", " + environment.date()))
                .append("</p>\n");
    }

    private static void targets(StringBuilder page, List<Targets.Row> targets) {
        page.append("<h2>Targets</h2>\n<table>\n<tr><th>figure</th><th>ours</th><th>other</th>"
                + "<th>value</th><th>must</th><th>aim</th><th></th></tr>\n");
        for (Targets.Row target : targets) {
            page.append("<tr>");
            for (String cell : List.of(target.figure(), Numbers.of(target.ours()),
                    Numbers.of(target.other()),
                    Numbers.of(target.value()) + " " + target.kind().unit(),
                    String.valueOf(target.must()), String.valueOf(target.aim()),
                    target.verdict().label())) {
                page.append("<td>").append(escape(cell)).append("</td>");
            }
            page.append("</tr>\n");
        }
        page.append("</table>\n");
    }

    private static BarChart.Bar bar(Figure figure) {
        return new BarChart.Bar(figure.job().contender().label(), figure.cpuNanos(),
                figure.job().contender().camp().name().toLowerCase(Locale.ROOT));
    }

    /// Text as HTML.
    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"",
                "&quot;");
    }
}
