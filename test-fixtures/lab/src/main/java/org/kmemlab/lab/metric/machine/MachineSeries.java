package org.kmemlab.lab.metric.machine;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Figures of a machine over time: a row for each sample, a column for each [MachineMeasure].
public final class MachineSeries {

    private final List<Long> events = new ArrayList<>();
    private final Map<MachineMeasure, List<Long>> columns = new EnumMap<>(MachineMeasure.class);

    MachineSeries() {
        for (MachineMeasure measure : MachineMeasure.values()) {
            columns.put(measure, new ArrayList<>());
        }
    }

    void add(long event, Map<MachineMeasure, Long> row) {
        events.add(event);
        columns.forEach((measure, column) -> column.add(row.getOrDefault(measure, 0L)));
    }

    /// How many events were replayed before each row.
    public List<Long> events() {
        return List.copyOf(events);
    }

    /// A figure over time.
    public List<Long> column(MachineMeasure measure) {
        return List.copyOf(columns.getOrDefault(measure, List.of()));
    }

    /// The rows so far.
    public int rows() {
        return events.size();
    }
}
