package org.kmemlab.bench.report;

import java.util.List;
import java.util.Locale;

/// Horizontal bars on a logarithmic scale, as SVG: contenders differ by factors of a hundred.
///
/// @param bars in the order of the figure, from top to bottom
record BarChart(List<Bar> bars) {

    /// One bar.
    ///
    /// @param value above 0
    /// @param style its CSS class
    record Bar(String label, double value, String style) {}

    private static final int LABEL_WIDTH = 250;
    private static final int BAR_WIDTH = 480;
    private static final int VALUE_WIDTH = 90;
    private static final int ROW_HEIGHT = 20;
    private static final double LEAST = 0.1;

    /// The picture.
    String svg() {
        double top = bars.stream().mapToDouble(Bar::value).max().orElse(1);
        StringBuilder svg = new StringBuilder(String.format(Locale.ROOT,
                "<svg role=\"img\" viewBox=\"0 0 %d %d\" width=\"%1$d\" height=\"%2$d\">%n",
                LABEL_WIDTH + BAR_WIDTH + VALUE_WIDTH, bars.size() * ROW_HEIGHT));
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            int y = i * ROW_HEIGHT;
            double share = Math.log(Math.max(bar.value(), LEAST) / LEAST)
                    / Math.log(Math.max(top, 1) / LEAST);
            int width = (int) Math.max(1, share * BAR_WIDTH);
            svg.append(String.format(Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                            + "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>"
                            + "<text x=\"%d\" y=\"%2$d\">%s</text>%n",
                    LABEL_WIDTH - 8, y + 14, HtmlReport.escape(bar.label()), bar.style(),
                    LABEL_WIDTH, y + 3, width, ROW_HEIGHT - 6, LABEL_WIDTH + width + 6,
                    Numbers.of(bar.value())));
        }
        return svg.append("</svg>\n").toString();
    }
}
