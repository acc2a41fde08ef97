package org.kmemlab.lab.rival.fixed;

import java.util.Objects;

import org.agrona.collections.Int2ObjectHashMap;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;

/// The frame of allocators for one object size: an instance for each size that is asked for, made at
/// the first request.
///
/// @param <I> the instances
abstract class InstanceRival<I> extends SizedRival {

    /// Larger objects go to the heap: with many of them in a block, few blocks could be had.
    static final int LARGEST = 4_096;
    /// What an instance costs besides its objects: some counters and an address or two.
    private static final int INSTANCE_BYTES = 64;

    private final Int2ObjectHashMap<I> instances = new Int2ObjectHashMap<>();

    InstanceRival(PageAllocator allocator) {
        super(allocator, LARGEST);
    }

    @Override
    final long takeObject(Cpu cpu, int bytes) {
        I instance = instances.get(bytes);
        if (instance == null) {
            instance = make(cpu, bytes);
            instances.put(bytes, instance);
        }
        return take(instance, cpu);
    }

    @Override
    final void giveObject(Cpu cpu, long address, int bytes) {
        give(Objects.requireNonNull(instances.get(bytes)), cpu, address);
    }

    /// The instance for objects of so many bytes, if any was asked for.
    final I instance(int bytes) {
        return Objects.requireNonNull(instances.get(bytes));
    }

    final Iterable<I> instances() {
        return instances.values();
    }

    @Override
    long objectMetadataBytes() {
        return (long) instances.size() * INSTANCE_BYTES;
    }

    abstract I make(Cpu cpu, int bytes);

    abstract long take(I instance, Cpu cpu);

    abstract void give(I instance, Cpu cpu, long address);
}
