package org.kmemlab.machine;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// How often a machine's kernel prints reports of one kind, so that they do not flood the log.
///
/// They belong to the machine, not to an allocator: one that is made anew goes on with them. Safe for
/// use by several Java threads at once.
public final class ReportLimits {

    private static final class Interval {
        private long startJiffies;
        private int printed;
        private int suppressed;
    }

    private final KernelLog log;
    private final VirtualClock clock;
    private final Map<String, Interval> intervals = new HashMap<>();
    private final Set<String> printedOnce = new HashSet<>();

    ReportLimits(KernelLog log, VirtualClock clock) {
        this.log = log;
        this.clock = clock;
    }

    /// Whether a report of a kind may be printed now; counts it either way.
    ///
    /// An interval starts with a report. The first report after an interval in which some were held
    /// back is preceded by a line that says how many.
    ///
    /// @param suppressedLine names the kind: the line about those held back, `%d` is their number
    /// @param seconds length of the interval in virtual time
    /// @param burst how many reports each interval lets through
    public boolean allows(String suppressedLine, int seconds, int burst) {
        return allows(suppressedLine, suppressedLine, (long) seconds * clock.hz(), burst);
    }

    /// [#allows(String, int, int)] for kinds that share one line about those held back.
    ///
    /// @param kind names the kind
    /// @param intervalJiffies length of the interval on the machine's clock
    public synchronized boolean allows(String kind, String suppressedLine, long intervalJiffies,
            int burst) {
        long now = clock.jiffies();
        Interval interval = intervals.get(kind);
        if (interval == null || now > interval.startJiffies + intervalJiffies) {
            if (interval != null && interval.suppressed > 0) {
                log.print(suppressedLine.replace("%d", Integer.toString(interval.suppressed)));
            }
            interval = new Interval();
            interval.startJiffies = now;
            intervals.put(kind, interval);
        }
        if (interval.printed < burst) {
            interval.printed++;
            return true;
        }
        interval.suppressed++;
        return false;
    }

    /// Whether a report of a kind that is printed once in a machine's life has not been printed
    /// yet; it counts as printed from now on.
    public synchronized boolean isFirst(String kind) {
        return printedOnce.add(kind);
    }
}
