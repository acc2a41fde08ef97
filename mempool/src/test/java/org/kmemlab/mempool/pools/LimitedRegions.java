package org.kmemlab.mempool.pools;

import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// A source that gives as many regions as it is allowed to, and then none.
final class LimitedRegions implements RegionSource {

    private final RegionSource source;
    private int left;

    LimitedRegions(RegionSource source, int regions) {
        this.source = source;
        this.left = regions;
    }

    /// Gives so many regions more.
    void allow(int regions) {
        left += regions;
    }

    @Override
    public Machine machine() {
        return source.machine();
    }

    @Override
    public long take(Cpu cpu, long bytes) {
        if (left == 0) {
            return 0;
        }
        left--;
        return source.take(cpu, bytes);
    }

    @Override
    public void giveBack(Cpu cpu, long address, long bytes) {
        source.giveBack(cpu, address, bytes);
    }

    @Override
    public long heldBytes(long bytes) {
        return source.heldBytes(bytes);
    }

    @Override
    public String description() {
        return "limited " + source.description();
    }
}
