package org.kmemlab.lab.faults;

import java.util.BitSet;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.kmemlab.api.Kernel;
import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.PageEvents;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.PhysicalMemory;

/// Boots kernels on memory that kernels before them have used, cleared where they have used it: the
/// host maps and fills new pages far more slowly than a run takes.
///
/// Safe for several threads; each gets memory of its own.
final class KernelRoom implements AutoCloseable {

    private final Map<Integer, Queue<PhysicalMemory>> free = new ConcurrentHashMap<>();

    /// Notes which pages have left the free lists, and so may have been written to.
    private static final class Touched implements PageEvents {

        private final BitSet pfns = new BitSet();

        @Override
        public void zoneLocked(int pfn, int order, MigrateType type, boolean perCpuRefill) {
            pfns.set(pfn, pfn + (1 << order));
        }

        void clear(PhysicalMemory memory) {
            int start = pfns.nextSetBit(0);
            while (start >= 0) {
                int end = pfns.nextClearBit(start);
                memory.fill(memory.addressOf(start),
                        (long) PhysicalMemory.PAGE_SIZE * (end - start), (byte) 0);
                start = pfns.nextSetBit(end);
            }
        }
    }

    /// Boots a kernel, all of whose memory is 0, for a visitor.
    void visit(MachineConfig config, Consumer<Kernel> visitor) {
        Queue<PhysicalMemory> fitting = free.computeIfAbsent(config.endPfn(),
                size -> new ConcurrentLinkedQueue<>());
        @Nullable PhysicalMemory used = fitting.poll();
        Machine machine = used == null ? new Machine(config) : new Machine(config, used);
        Kernel kernel = Kernel.boot(machine);
        Touched touched = new Touched();
        kernel.pages().observe(touched);
        try {
            visitor.accept(kernel);
        } finally {
            touched.clear(machine.memory());
            fitting.add(machine.memory());
        }
    }

    /// Gives all memory back to the host.
    @Override
    public void close() {
        free.values().forEach(queue -> queue.forEach(PhysicalMemory::close));
        free.clear();
    }
}
