package org.kmemlab.lab.stream;

import java.util.function.DoubleSupplier;
import java.util.function.IntToDoubleFunction;

import org.apache.commons.rng.UniformRandomProvider;
import org.kmemlab.lab.policy.RequestKind;

/// Blocks with sizes and lifetimes from given distributions: the textbook workload.
///
/// Time is counted in allocations. One block is allocated each time, by a task drawn evenly, on the
/// task's CPU; blocks whose time has come are freed before, mostly on the same CPU.
final class Churn implements Generator {

    private static final int TASKS = 16;

    /// Draws what is asked for.
    @FunctionalInterface
    interface Requests {

        /// Allocates one block for a task.
        ///
        /// @return its number
        int alloc(Outbox out, int task, int cpu);
    }

    private final UniformRandomProvider random;
    private final Requests requests;
    private final IntToDoubleFunction lifetime;
    private final int cpus;
    private final double remoteShare;
    private final Expiries expiries = new Expiries();
    private final BlockColumn cpuOf = new BlockColumn();
    private long now;

    /// @param lifetime of a block of so many bytes, in allocations; at least 1 is used
    /// @param remoteShare how many of the blocks, from 0 to 1, are freed on a CPU drawn evenly
    Churn(UniformRandomProvider random, Requests requests, IntToDoubleFunction lifetime,
            int cpus, double remoteShare) {
        this.random = random;
        this.requests = requests;
        this.lifetime = lifetime;
        this.cpus = cpus;
        this.remoteShare = remoteShare;
    }

    /// Requests to `kmalloc`.
    ///
    /// @param bytes draws a size; clamped to the limits
    static Requests kmalloc(DoubleSupplier bytes, int least, int most) {
        RequestKind[] kinds = new RequestKind[TASKS];
        return (out, task, cpu) -> {
            if (kinds[task] == null) {
                kinds[task] = out.kind("kmalloc", 0, task);
            }
            int size = Math.clamp(Math.round(bytes.getAsDouble()), least, most);
            return out.alloc(kinds[task], size, cpu);
        };
    }

    @Override
    public void step(Outbox out) {
        while (expiries.nextTime() <= now) {
            int block = expiries.poll();
            boolean remote = random.nextDouble() < remoteShare;
            out.free(block, remote ? random.nextInt(cpus) : (int) cpuOf.get(block));
        }
        int task = random.nextInt(TASKS);
        int cpu = task % cpus;
        int block = requests.alloc(out, task, cpu);
        cpuOf.set(block, cpu);
        long life = Math.round(lifetime.applyAsDouble(out.bytesOf(block)));
        expiries.add(now + Math.max(1, life), block);
        now++;
    }
}
