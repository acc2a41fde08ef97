package org.kmemlab.lab.verify.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.lab.steps.StepReader;
import org.kmemlab.lab.verify.RecordedLines;

/// A step log and the kernel log of the same run, cut into the same sections.
///
/// The script wrote markers into the kernel log between its operations. Markers answer nothing, so
/// the step log only shows that lines of the script are missing there: a gap in the numbers of the
/// lines.
final class ReportSections {

    private static final String MARKER = "MORA: ";
    private static final Pattern STAMPED = Pattern.compile("\\[ *(\\d+\\.\\d+)\\] (.*)");

    /// What happened from one marker to the next.
    ///
    /// @param seconds when the marker was written
    /// @param logIndex index of the first line of the kernel log
    /// @param log its lines without time stamps and without the marker
    /// @param before the operation before the marker; null if it is the first
    /// @param steps the operations
    record Section(double seconds, int logIndex, List<String> log, @Nullable StepLine before,
            List<StepLine> steps) {}

    private ReportSections() {
    }

    /// Reads both logs, plain or gz.
    ///
    /// @throws InputException if they do not fit each other
    static List<Section> read(Path stepsFile, RecordedLines log) throws IOException {
        List<StepLine> steps = new ArrayList<>();
        try (StepReader reader = new StepReader(RecordedFile.open(stepsFile))) {
            for (StepLine step = reader.next(); step != null; step = reader.next()) {
                steps.add(step);
            }
        }
        List<Integer> markers = markers(log);
        List<Integer> starts = starts(steps, markers.size(), stepsFile);
        List<Section> sections = new ArrayList<>();
        addSection(sections, 0, log, 0, firstOf(markers, log), steps, 0, firstOf(starts, steps));
        for (int i = 0; i < markers.size(); i++) {
            boolean last = i + 1 == markers.size();
            addSection(sections, seconds(log, markers.get(i)), log, markers.get(i) + 1,
                    last ? log.lines().size() : markers.get(i + 1), steps, starts.get(i),
                    last ? steps.size() : starts.get(i + 1));
        }
        return sections;
    }

    private static int firstOf(List<Integer> indices, RecordedLines log) {
        return indices.isEmpty() ? log.lines().size() : indices.getFirst();
    }

    private static int firstOf(List<Integer> indices, List<StepLine> steps) {
        return indices.isEmpty() ? steps.size() : indices.getFirst();
    }

    private static void addSection(List<Section> sections, double seconds, RecordedLines log,
            int logFrom, int logTo, List<StepLine> steps, int stepFrom, int stepTo) {
        sections.add(new Section(seconds, logFrom,
                log.lines().subList(logFrom, logTo).stream().map(ReportMasks::withoutStamp)
                        .toList(),
                stepFrom == 0 ? null : steps.get(stepFrom - 1), steps.subList(stepFrom, stepTo)));
    }

    private static List<Integer> markers(RecordedLines log) {
        List<Integer> markers = new ArrayList<>();
        for (int i = 0; i < log.lines().size(); i++) {
            String line = ReportMasks.withoutStamp(log.lines().get(i));
            if (line.startsWith(MARKER) && !line.startsWith(SlubReportPlayer.VALIDATION)) {
                markers.add(i);
            }
        }
        return markers;
    }

    private static double seconds(RecordedLines log, int index) throws InputException {
        Matcher stamped = STAMPED.matcher(log.lines().get(index));
        if (!stamped.matches()) {
            throw log.failure(index, "a marker without a time stamp");
        }
        return Double.parseDouble(stamped.group(1));
    }

    /// Indices of the first operation after each marker.
    private static List<Integer> starts(List<StepLine> steps, int markers, Path file)
            throws InputException {
        List<Integer> gaps = new ArrayList<>();
        List<Integer> missing = new ArrayList<>();
        int number = 0;
        for (int i = 0; i < steps.size(); i++) {
            int lost = steps.get(i).number() - number - 1;
            if (lost > 0) {
                gaps.add(i);
            }
            for (int j = 0; j < lost; j++) {
                missing.add(i);
            }
            number = steps.get(i).number();
        }
        // A script that sleeps before it marks leaves one gap for both.
        if (gaps.size() == markers) {
            return gaps;
        }
        if (missing.size() == markers) {
            return missing;
        }
        throw new InputException(file.toString(), -1, markers + " markers in the kernel log, but "
                + gaps.size() + " gaps in the numbers of the operations");
    }
}
