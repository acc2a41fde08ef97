package org.kmemlab.fault;

import java.util.ArrayList;
import java.util.List;

import org.apache.commons.lang3.StringUtils;

/// Every decision of the fault points that write to it, in the order in which they were made.
///
/// A log can be written down as lines and read back, and [#replay] makes the same decisions again
/// in another run, whatever its seed and attributes are: bit for bit, or it says where the runs part.
/// Several points may write to one log, also from several Java threads; the order is then that in which
/// they came, and a replay needs it.
public final class FaultLog {

    /// One decision.
    ///
    /// @param call which call was decided about
    /// @param failed whether it had to fail
    public record Decision(FaultCall call, boolean failed) {

        @Override
        public String toString() {
            return (failed ? "fail " : "pass ") + call.point() + " " + call.size() + " "
                    + call.target();
        }

        static Decision parse(String line) {
            String[] words = StringUtils.splitPreserveAllTokens(line, " ", 4);
            boolean known = words.length == 4
                    && (words[0].equals("fail") || words[0].equals("pass"));
            if (!known || !StringUtils.isNumeric(words[2])) {
                throw new IllegalArgumentException("'" + line
                        + "' is no decision: expected pass|fail <point> <size> <target>");
            }
            return new Decision(new FaultCall(words[1], words[3], Integer.parseInt(words[2])),
                    words[0].equals("fail"));
        }
    }

    private final List<Decision> decisions = new ArrayList<>();

    /// An empty log.
    public FaultLog() {
    }

    /// Reads what [#lines] wrote.
    ///
    /// @throws IllegalArgumentException for a line that is no decision
    public static FaultLog parse(List<String> lines) {
        FaultLog log = new FaultLog();
        lines.forEach(line -> log.decisions.add(Decision.parse(line)));
        return log;
    }

    synchronized void add(FaultCall call, boolean failed) {
        decisions.add(new Decision(call, failed));
    }

    /// The decisions, oldest first.
    public synchronized List<Decision> decisions() {
        return List.copyOf(decisions);
    }

    /// One line for each decision, oldest first.
    public List<String> lines() {
        return decisions().stream().map(Decision::toString).toList();
    }

    /// How many calls had to fail.
    public long failures() {
        return decisions().stream().filter(Decision::failed).count();
    }

    /// A plan that decides as this log says. It must get the calls that the log was written for;
    /// it throws [IllegalStateException] at the first other one, and at any after the last.
    public FaultPlan replay() {
        List<Decision> recorded = decisions();
        int[] next = {0};
        return call -> {
            int index = next[0]++;
            String expected = index < recorded.size() ? recorded.get(index).call().toString()
                    : "no further call";
            if (index >= recorded.size() || !recorded.get(index).call().equals(call)) {
                throw new IllegalStateException("decision " + (index + 1) + " of "
                        + recorded.size() + ": expected " + expected + ", got " + call);
            }
            return recorded.get(index).failed();
        };
    }
}
