package org.kmemlab.machine;

import java.util.List;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/// What several threads report to a machine: the log, the limits of reports, the lock. The canary
/// counts reports without a lock.
class ReportsLincheckTest {

    /// If it fails, lines of one text are torn apart or lost.
    @Test
    void log_keepsTextsTogether() {
        Linearizability.assertHolds(LogCase.class);
    }

    /// If it fails, more or fewer reports are printed than the limit says, or one twice.
    @Test
    void limits_letNoReportMoreThrough() {
        Linearizability.assertHoldsUnderStress(LimitsCase.class);
    }

    /// If it fails, the machine's lock lets two threads in, or one who took it twice gives it up early.
    @Test
    void lock_excludesOthers() {
        Linearizability.assertHolds(LockCase.class);
    }

    /// If it fails, the checks above would not notice a limit without a lock.
    @Test
    void limits_withoutLock_areCaught() {
        Linearizability.assertIsViolated(CanaryCase.class);
    }

    /// Threads that print and read.
    @Param(name = "text", gen = IntGen.class, conf = "1:3")
    public static final class LogCase {

        private final KernelLog log = new KernelLog();

        @Operation
        public void print(@Param(name = "text") int text) {
            log.print(text + " begins\n" + text + " ends");
        }

        @Operation
        public List<String> lines() {
            return log.lines();
        }

        @Operation
        public void clear() {
            log.clear();
        }
    }

    /// Threads that ask whether they may report.
    @Param(name = "kind", gen = IntGen.class, conf = "1:2")
    public static final class LimitsCase {

        private static final int BURST = 2;

        private final ReportLimits limits = new ReportLimits(new KernelLog(),
                new VirtualClock(1000, new KernelLock(Execution.STEPPED)));

        @Operation
        public boolean allows(@Param(name = "kind") int kind) {
            return limits.allows("kind" + kind, 5, BURST);
        }

        @Operation
        public boolean isFirst(@Param(name = "kind") int kind) {
            return limits.isFirst("kind" + kind);
        }
    }

    /// The canary: what a limit does, without its lock.
    public static final class CanaryCase {

        private static final int BURST = 3;

        private int printed;

        @Operation
        public boolean allows() {
            if (printed < BURST) {
                printed++;
                return true;
            }
            return false;
        }
    }

    /// Threads that count under the machine's lock, which they take once or twice.
    public static final class LockCase {

        private final KernelLock lock = new KernelLock(Execution.LIVE);
        private int count;

        @Operation
        public int countOnce() {
            lock.acquire();
            try {
                return ++count;
            } finally {
                lock.release();
            }
        }

        @Operation
        public int countTwice() {
            lock.acquire();
            try {
                int once = countOnce();
                return once + ++count;
            } finally {
                lock.release();
            }
        }
    }
}
