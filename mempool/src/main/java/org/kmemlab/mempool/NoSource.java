package org.kmemlab.mempool;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;

/// The source of a pool that was not made ready.
enum NoSource implements ElementSource {
    /// The only one.
    NONE;

    @Override
    public long alloc(Cpu cpu, GfpFlags gfp) {
        return 0;
    }

    @Override
    public void free(Cpu cpu, long element) {
        throw new IllegalStateException("a pool that is not ready has no elements");
    }

    @Override
    public String description() {
        return "nothing";
    }
}
