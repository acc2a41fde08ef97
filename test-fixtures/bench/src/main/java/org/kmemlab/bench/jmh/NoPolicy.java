package org.kmemlab.bench.jmh;

import org.kmemlab.lab.policy.Policy;
import org.kmemlab.lab.policy.PolicyUsage;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.machine.Cpu;

/// Hands out the same address to everybody: what is left is the cost of the loop around a policy.
final class NoPolicy implements Policy {

    private static final long ADDRESS = 8;

    private long blocks;

    @Override
    public long alloc(Cpu cpu, RequestKind kind, int bytes) {
        blocks++;
        return ADDRESS;
    }

    @Override
    public void free(Cpu cpu, RequestKind kind, long address) {
        blocks--;
    }

    @Override
    public long usableSize(long address) {
        return 0;
    }

    @Override
    public PolicyUsage usage() {
        return new PolicyUsage(blocks, 0, 0, 0, 0, 0, -1);
    }

    @Override
    public void validate() {
        // There is nothing that could be wrong.
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
