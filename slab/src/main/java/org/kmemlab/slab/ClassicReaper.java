package org.kmemlab.slab;

import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.VirtualClock;

/// Gives up what the caches of the classic allocator SLAB keep and nobody uses.
///
/// Each CPU looks at all caches every two seconds of the machine's time, the newest first: objects of
/// one other node go home; an array that was not used since the last look loses a fifth. Every four
/// seconds it looks at its node, too: at the shared array, and at the free slabs, of which some go
/// if none was wanted meanwhile.
///
/// Differs from Linux: a CPU stops looking when there is nothing left to give up, until it gets or
/// takes back an object. Then nothing waits for the clock of a machine that is at rest.
final class ClassicReaper {

    private static final int SECONDS_OF_CPU = 2;
    private static final int SECONDS_OF_NODE = 4;

    private final SlabAllocator allocator;
    private final VirtualClock clock;
    private final boolean[] armed;
    private final int[] nextNode;
    private final int nodes;

    ClassicReaper(SlabAllocator allocator) {
        Machine machine = allocator.machine();
        this.allocator = allocator;
        this.clock = machine.clock();
        this.nodes = machine.config().nodes();
        this.armed = new boolean[machine.cpus().size()];
        this.nextNode = new int[armed.length];
        for (Cpu cpu : machine.cpus()) {
            nextNode[cpu.id()] = (cpu.node() + 1) % nodes;
        }
    }

    /// Has a CPU look again, if it does not do so anyway.
    void arm(Cpu cpu) {
        if (!armed[cpu.id()]) {
            armed[cpu.id()] = true;
            clock.after((long) SECONDS_OF_CPU * clock.hz(), () -> reap(cpu));
        }
    }

    private void reap(Cpu cpu) {
        armed[cpu.id()] = false;
        int aliens = nextNode[cpu.id()];
        nextNode[cpu.id()] = (aliens + 1) % nodes;
        boolean more = false;
        for (SlabCache cache : allocator.oldestFirst().reversed()) {
            ClassicEngine engine = (ClassicEngine) cache.engine();
            more |= engine.reap(cpu, aliens, clock.jiffies(),
                    (long) SECONDS_OF_NODE * clock.hz());
        }
        if (more) {
            arm(cpu);
        }
    }
}
