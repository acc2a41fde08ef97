package org.kmemlab.fault;

import org.kmemlab.machine.KernelLog;
import org.kmemlab.machine.VirtualClock;

/// How often failures of one point print: at most `burst` times in each interval of virtual time.
final class MessageLimit {

    private final KernelLog log;
    private final VirtualClock clock;
    private int intervalMillis;
    private int burst = 10;
    private boolean begun;
    private long startJiffies;
    private int printed;
    private int missed;

    MessageLimit(KernelLog log, VirtualClock clock) {
        this.log = log;
        this.clock = clock;
    }

    int intervalMillis() {
        return intervalMillis;
    }

    void setIntervalMillis(int millis) {
        intervalMillis = millis;
    }

    int burst() {
        return burst;
    }

    void setBurst(int messages) {
        burst = messages;
    }

    /// Whether a message may be printed now; counts it either way.
    boolean allows() {
        if (intervalMillis == 0) {
            return true;
        }
        long now = clock.jiffies();
        if (!begun || now > startJiffies + clock.jiffiesOfMillis(intervalMillis)) {
            if (missed > 0) {
                log.print("fail_dump: " + missed + " callbacks suppressed");
            }
            begun = true;
            startJiffies = now;
            printed = 0;
            missed = 0;
        }
        if (printed < burst) {
            printed++;
            return true;
        }
        missed++;
        return false;
    }
}
