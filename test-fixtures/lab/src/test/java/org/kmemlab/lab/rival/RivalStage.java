package org.kmemlab.lab.rival;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.Policy;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

/// A rival on a machine of its own, beside a model of the blocks that are out. Every block is filled
/// with a pattern of its own, which must be there when it is freed.
final class RivalStage<P extends Policy> implements AutoCloseable {

    static final RequestKind KMALLOC = new RequestKind(0, "kmalloc", 0, 0);

    final Machine machine;
    final PageAllocator allocator;
    final P policy;
    private final PageAllocator.Totals before;
    private final TreeMap<Long, Block> blocks = new TreeMap<>();
    private long patterns;

    /// A block that is out.
    record Block(RequestKind kind, int bytes, long usable, long pattern) {}

    RivalStage(int mebibytes, Function<PageAllocator, P> factory) {
        machine = new Machine(MachineConfig.ofMebibytes(mebibytes).withCpus(2));
        allocator = new PageAllocator(machine);
        before = allocator.totals();
        policy = factory.apply(allocator);
    }

    Cpu cpu(int id) {
        return machine.cpu(id);
    }

    /// Allocates for `kmalloc` on CPU 0.
    long alloc(int bytes) {
        return alloc(cpu(0), KMALLOC, bytes);
    }

    long alloc(Cpu cpu, RequestKind kind, int bytes) {
        long address = policy.alloc(cpu, kind, bytes);
        if (address == 0) {
            return 0;
        }
        long usable = policy.usableSize(address);
        assertThat(address % 8).as("alignment of 0x%x", address).isZero();
        assertThat(usable).as("usable bytes of %d", bytes).isGreaterThanOrEqualTo(bytes);
        assertThat(machine.memory().pfnOf(address)).as("frame of 0x%x", address).isNotNegative();
        checkApart(address, usable);
        Block block = new Block(kind, bytes, usable, ++patterns * 0x9e37_79b9_7f4a_7c15L);
        blocks.put(address, block);
        for (long at = 0; at + 8 <= usable; at += 8) {
            machine.memory().putLong(address + at, block.pattern + at);
        }
        return address;
    }

    private void checkApart(long address, long usable) {
        Map.Entry<Long, Block> below = blocks.floorEntry(address);
        assertThat(below == null || below.getKey() + below.getValue().usable <= address)
                .as("0x%x overlaps the block before: %s", address, below).isTrue();
        Map.Entry<Long, Block> above = blocks.higherEntry(address);
        assertThat(above == null || address + usable <= above.getKey())
                .as("0x%x and %d bytes overlap the block after: %s", address, usable, above)
                .isTrue();
    }

    /// Frees on CPU 0.
    void free(long address) {
        free(cpu(0), address);
    }

    void free(Cpu cpu, long address) {
        Block block = Objects.requireNonNull(blocks.remove(address));
        checkContents(address, block);
        policy.free(cpu, block.kind, address);
    }

    private void checkContents(long address, Block block) {
        for (long at = 0; at + 8 <= block.usable; at += 8) {
            long found = machine.memory().getLong(address + at);
            if (found != block.pattern + at) {
                throw new AssertionError("block 0x%x of %d bytes was written at %d by others"
                        .formatted(address, block.usable, at));
            }
        }
    }

    /// The blocks that are out, ascending.
    long[] addresses() {
        return blocks.keySet().stream().mapToLong(Long::longValue).toArray();
    }

    long addressAt(int index) {
        long start = blocks.firstKey();
        long span = blocks.lastKey() - start + 1;
        long from = start + span / Math.max(1, blocks.size()) * index;
        Long found = blocks.ceilingKey(from);
        return found != null ? found : blocks.lastKey();
    }

    int size() {
        return blocks.size();
    }

    /// The counts say what the model knows, and nothing is broken.
    void check() {
        assertThat(policy.usage().blocks()).isEqualTo(blocks.size());
        assertThat(policy.usage().usableBytes())
                .isEqualTo(blocks.values().stream().mapToLong(Block::usable).sum());
        policy.validate();
        allocator.validate();
    }

    void freeAll() {
        for (long address : addresses()) {
            free(address);
        }
    }

    /// Checks everything, closes the rival and looks whether all pages are back.
    @Override
    public void close() {
        check();
        for (Map.Entry<Long, Block> entry : blocks.entrySet()) {
            checkContents(entry.getKey(), entry.getValue());
        }
        policy.close();
        allocator.validate();
        PageAllocator.Totals after = allocator.totals();
        assertThat(after.freePages() + after.perCpuPages()).as("pages that are back")
                .isEqualTo(before.freePages() + before.perCpuPages());
        machine.close();
    }
}
