package org.kmemlab.lab.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ContinuousSampler;
import org.apache.commons.rng.sampling.distribution.DiscreteSampler;
import org.apache.commons.rng.sampling.distribution.PoissonSampler;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/// Bursts of processes that live shortly, as a shell script or a build starts them.
///
/// Each fork allocates what a Linux process consists of; the sizes are those of Debian's 6.1 kernel.
/// A process ends after an exponential time, and its parent, on another CPU, reaps the descriptor.
/// Between bursts only few processes stay.
final class ForkStorm implements Generator {

    private record Part(String cache, int size, int least, int most) {}

    private static final List<Part> PARTS = List.of(new Part("task_struct", 6208, 1, 1),
            new Part("signal_cache", 1104, 1, 1), new Part("sighand_cache", 2080, 1, 1),
            new Part("files_cache", 704, 1, 1), new Part("mm_struct", 1104, 1, 1),
            new Part("cred_jar", 192, 1, 2), new Part("pid", 128, 1, 1),
            new Part("vm_area_struct", 152, 12, 60), new Part("anon_vma", 96, 6, 24),
            new Part("anon_vma_chain", 64, 12, 60), new Part("filp", 256, 3, 12),
            new Part("dentry", 192, 0, 6), new Part("kmalloc", 0, 2, 8));
    private static final int SMALLEST_KMALLOC = 16;
    private static final int LARGEST_KMALLOC = 2048;
    private static final int MEAN_BURST = 24;
    private static final double MEAN_LIFE_FORKS = 30;
    private static final int QUIET_FORKS = 100;

    private static final class Child {
        final List<Integer> blocks = new ArrayList<>();
        final int cpu;
        int task;

        Child(int cpu) {
            this.cpu = cpu;
        }
    }

    private final UniformRandomProvider random;
    private final DiscreteSampler burst;
    private final ContinuousSampler life;
    private final int cpus;
    private final Expiries ends = new Expiries();
    private final List<Child> processes = new ArrayList<>();
    private final Deque<Integer> freeTasks = new ArrayDeque<>();
    private long now;

    ForkStorm(UniformRandomProvider random, int cpus) {
        this.random = random;
        this.burst = PoissonSampler.of(random, MEAN_BURST);
        this.life = ZigguratSampler.Exponential.of(random, MEAN_LIFE_FORKS);
        this.cpus = cpus;
    }

    @Override
    public void step(Outbox out) {
        for (int left = 1 + burst.sample(); left > 0; left--) {
            endDue(out);
            fork(out);
            now++;
        }
        now += QUIET_FORKS;
        endDue(out);
    }

    private void fork(Outbox out) {
        Child child = new Child(random.nextInt(cpus));
        child.task = freeTasks.isEmpty() ? processes.size() : freeTasks.pop();
        if (child.task == processes.size()) {
            processes.add(child);
        } else {
            processes.set(child.task, child);
        }
        for (Part part : PARTS) {
            for (int n = random.nextInt(part.least, part.most + 1); n > 0; n--) {
                int size = part.size > 0 ? part.size
                        : random.nextInt(SMALLEST_KMALLOC, LARGEST_KMALLOC + 1);
                child.blocks.add(out.alloc(out.kind(part.cache, part.size, child.task), size,
                        child.cpu));
            }
        }
        ends.add(now + 1 + (long) life.sample(), child.task);
    }

    private void endDue(Outbox out) {
        while (ends.nextTime() <= now) {
            Child child = processes.get(ends.poll());
            List<Integer> blocks = child.blocks;
            for (int i = blocks.size() - 1; i > 0; i--) {
                out.free(blocks.get(i), child.cpu);
            }
            out.free(blocks.getFirst(), random.nextInt(cpus));
            freeTasks.push(child.task);
        }
    }
}
