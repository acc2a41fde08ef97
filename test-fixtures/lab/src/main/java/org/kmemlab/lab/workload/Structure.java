package org.kmemlab.lab.workload;

import java.util.Objects;

import org.kmemlab.api.Kernel;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.KmemCache;

/// What every data structure in kernel memory starts from.
abstract class Structure implements AutoCloseable {

    final Kernel kernel;
    final PhysicalMemory memory;

    Structure(Kernel kernel) {
        this.kernel = kernel;
        this.memory = kernel.machine().memory();
    }

    /// A cache; making one takes no memory, so that cannot fail.
    final KmemCache cache(String name, int size, int flags) {
        return Objects.requireNonNull(kernel.kmem_cache_create(name, size, 0, flags, null), name);
    }

    /// The pointer in a field.
    final long load(long object, int offset) {
        return memory.getLong(object + offset);
    }

    /// Sets the pointer in a field.
    final void store(long object, int offset, long value) {
        memory.putLong(object + offset, value);
    }

    /// The pointer in an array.
    final long at(long array, int index) {
        return memory.getLong(array + (long) index * Long.BYTES);
    }

    /// Sets the pointer in an array.
    final void set(long array, int index, long value) {
        memory.putLong(array + (long) index * Long.BYTES, value);
    }

    @Override
    public abstract void close();
}
