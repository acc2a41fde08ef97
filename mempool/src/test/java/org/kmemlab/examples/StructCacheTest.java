package org.kmemlab.examples;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.SLAB_PANIC;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.kmemlab.api.Kernel;
import org.kmemlab.api.StructDescriptor;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.KernelPanicException;
import org.kmemlab.slab.KmemCache;

/// Example: `KMEM_CACHE(task_note, SLAB_PANIC)` for
///
/// ```c
/// struct task_note {
///     long started;
///     int  pid;
///     int  priority;
/// };
/// ```
///
/// The structure's layout gives the cache its name, size and alignment, and gives Java the fields.
class StructCacheTest {

    private static final StructLayout TASK_NOTE = MemoryLayout.structLayout(
            JAVA_LONG.withName("started"), JAVA_INT.withName("pid"),
            JAVA_INT.withName("priority")).withName("task_note");
    private static final VarHandle PID = TASK_NOTE.varHandle(PathElement.groupElement("pid"));

    /// The cache would not fit the structure, or its bytes could not be used.
    @Test
    void structCache_holdsStructures() {
        try (Kernel k = Kernel.boot(MachineConfig.ofMebibytes(16))) {
            KmemCache cache = Objects
                    .requireNonNull(k.KMEM_CACHE(StructDescriptor.of(TASK_NOTE), SLAB_PANIC));
            assertThat(cache.name()).isEqualTo("task_note");
            assertThat(cache.geometry().objectSize()).isEqualTo(16);

            long note = k.kmem_cache_zalloc(cache, GFP_KERNEL);
            MemorySegment fields = k.machine().memory().slice(note, TASK_NOTE.byteSize());
            PID.set(fields, 0L, 4711);

            assertThat((int) PID.get(fields, 0L)).isEqualTo(4711);
            assertThat(k.machine().memory().getInt(note + 8)).isEqualTo(4711);

            k.kmem_cache_free(cache, note);
            k.kmem_cache_destroy(cache);
            assertThat(k.leaks()).isEmpty();
        }
    }

    /// A cache that the kernel cannot live without would be missing without notice. Here the
    /// structure is larger than the largest slab.
    @Test
    void structCache_impossible_panics() {
        try (Kernel k = Kernel.boot(MachineConfig.ofMebibytes(16))) {
            StructDescriptor huge = new StructDescriptor("huge", 8 << 20, 8);

            assertThatThrownBy(() -> k.KMEM_CACHE(huge, SLAB_PANIC))
                    .isInstanceOf(KernelPanicException.class)
                    .hasMessageContaining("Failed to create slab 'huge'");
        }
    }
}
