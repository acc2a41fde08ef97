package org.kmemlab.lab.verify.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.lab.steps.StepReader;
import org.kmemlab.lab.verify.RecordedLines;

/// A recorded run under fault injection: a step log between remarks about the attributes.
///
/// @param name of the file, for messages
/// @param lines the whole file, for places
/// @param point the fault point that is set; null if the log sets none
/// @param set attributes that the recorder set
/// @param state all attributes right before the first step
/// @param after all attributes after the last step
/// @param steps the operations
/// @param printed what the kernel printed meanwhile; null if that was not recorded
record FaultCase(String name, RecordedLines lines, @Nullable String point,
        List<Remark> set, List<Remark> state, List<Remark> after, List<StepLine> steps,
        @Nullable RecordedLines printed) {

    static final String FAILSLAB = "failslab";
    static final String FAIL_PAGE_ALLOC = "fail_page_alloc";

    private static final Pattern REMARK =
            Pattern.compile("# (set|state|after) (?:([\\w-]+)/)?([\\w-]+)=(\\S*)");
    private static final Pattern SUFFIX = Pattern.compile("(\\.txt)?(\\.gz)?$");

    /// A remark about one attribute.
    ///
    /// @param index index of its line
    record Remark(int index, String attribute, String value) {}

    static FaultCase read(Path file) throws IOException {
        RecordedLines lines = RecordedLines.of(file);
        Map<String, List<Remark>> remarks = new TreeMap<>(Map.of("set", new ArrayList<>(), "state",
                new ArrayList<>(), "after", new ArrayList<>()));
        String point = null;
        for (int i = 0; i < lines.lines().size(); i++) {
            Matcher remark = REMARK.matcher(lines.lines().get(i));
            if (remark.matches()) {
                remarks.getOrDefault(remark.group(1), List.of())
                        .add(new Remark(i, remark.group(3), remark.group(4)));
                point = remark.group(2) == null ? point : remark.group(2);
            }
        }
        if (point != null && !point.equals(FAILSLAB) && !point.equals(FAIL_PAGE_ALLOC)) {
            throw new InputException(file.toString(), -1, "fault point '" + point + "': known are "
                    + FAILSLAB + " and " + FAIL_PAGE_ALLOC);
        }
        List<StepLine> steps = new ArrayList<>();
        try (StepReader reader = new StepReader(RecordedFile.open(file))) {
            for (StepLine step = reader.next(); step != null; step = reader.next()) {
                steps.add(step);
            }
        }
        Path log = logOf(file);
        return new FaultCase(file.toString(), lines, point, remarks.getOrDefault("set", List.of()),
                remarks.getOrDefault("state", List.of()), remarks.getOrDefault("after", List.of()),
                steps, log == null ? null : RecordedLines.of(log));
    }

    /// The kernel log that lies beside a step log; null if there is none.
    private static @Nullable Path logOf(Path file) {
        String stem = SUFFIX.matcher(file.getFileName().toString()).replaceFirst("");
        for (String suffix : List.of(".dmesg.txt", ".dmesg.txt.gz")) {
            Path log = file.resolveSibling(stem + suffix);
            if (Files.isRegularFile(log)) {
                return log;
            }
        }
        return null;
    }

    /// The value of an attribute while the steps ran; `otherwise` if the remarks do not name it.
    int number(String attribute, int otherwise) {
        for (Remark remark : state) {
            if (remark.attribute.equals(attribute)) {
                try {
                    return Integer.parseInt(remark.value);
                } catch (NumberFormatException notANumber) {
                    throw new IllegalArgumentException(lines.place(remark.index) + ": attribute '"
                            + attribute + "=" + remark.value + "': expected a number", notANumber);
                }
            }
        }
        return otherwise;
    }

    /// Whether chance decided.
    boolean isRandom() {
        int probability = number("probability", 0);
        return probability > 0 && probability < 100;
    }

    /// The calls after which one fails.
    int interval() {
        return Math.max(1, number("interval", 1));
    }
}
