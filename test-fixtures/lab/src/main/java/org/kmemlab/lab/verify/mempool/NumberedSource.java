package org.kmemlab.lab.verify.mempool;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.mempool.ElementSource;

/// The `num` source of the recorded logs: counts its calls, numbers its elements over all pools,
/// and fails as the log's `mfail` says.
///
/// The recorder numbers elements from 0; here each element is its number plus 1, as 0 is none.
final class NumberedSource implements ElementSource {

    private long calls;
    private long frees;
    private long elements;
    private long successesLeft = Long.MAX_VALUE;

    /// Sets what later calls do: -1 all fail, 0 none fails, `n` the next `n` succeed.
    void fail(int mode) {
        successesLeft = switch (mode) {
            case -1 -> 0;
            case 0 -> Long.MAX_VALUE;
            default -> mode;
        };
    }

    /// The counters as the log prints them.
    String counters() {
        return "calls=" + calls + " frees=" + frees;
    }

    @Override
    public long alloc(Cpu cpu, GfpFlags gfp) {
        calls++;
        if (successesLeft == 0) {
            return 0;
        }
        successesLeft--;
        return ++elements;
    }

    @Override
    public void free(Cpu cpu, long element) {
        frees++;
    }
}
