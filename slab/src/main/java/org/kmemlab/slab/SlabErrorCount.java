package org.kmemlab.slab;

/// Counts what the slab layer finds instead of printing it: each report and each repair is one
/// error. The kernel does so while its own tests run.
///
/// @see SlabAllocator#countErrors()
public final class SlabErrorCount implements AutoCloseable {

    private final Findings findings;
    private int errors;

    SlabErrorCount(Findings findings) {
        this.findings = findings;
    }

    void add() {
        errors++;
    }

    /// Errors since this was made or asked last.
    public int takeErrors() {
        int taken = errors;
        errors = 0;
        return taken;
    }

    /// From now on findings are printed again.
    @Override
    public void close() {
        findings.count(null);
    }
}
