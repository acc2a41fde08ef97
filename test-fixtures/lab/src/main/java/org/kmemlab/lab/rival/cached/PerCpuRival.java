package org.kmemlab.lab.rival.cached;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.lab.rival.base.Rival;
import org.kmemlab.machine.Cpu;

/// The frame of allocators that keep something by CPU.
abstract class PerCpuRival extends Rival {

    private final HomeCpus homes = new HomeCpus();

    PerCpuRival(PageAllocator allocator) {
        super(allocator);
    }

    @Override
    protected final long take(Cpu cpu, RequestKind kind, int bytes) {
        long address = take(cpu, bytes);
        if (address != 0) {
            homes.allocated(cpu, address);
        }
        return address;
    }

    @Override
    protected final void give(Cpu cpu, RequestKind kind, long address) {
        homes.freed(cpu, address);
        give(cpu, address);
    }

    @Override
    protected final long remoteFrees() {
        return homes.remoteFrees();
    }

    @Override
    public void close() {
        super.close();
        homes.clear();
    }

    /// Serves a request; 0 if there is no memory.
    abstract long take(Cpu cpu, int bytes);

    /// Takes back a block in use.
    abstract void give(Cpu cpu, long address);
}
