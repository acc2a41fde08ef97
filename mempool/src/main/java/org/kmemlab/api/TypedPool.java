package org.kmemlab.api;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.mempool.pools.ElementPool;
import org.kmemlab.mempool.pools.PoolFootprint;
import org.kmemlab.mempool.pools.PoolLocks;
import org.kmemlab.mempool.pools.PoolMisuseException;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.PoolStatistics;
import org.kmemlab.mempool.pools.RegionSource;

/// The C++ class template `MemoryPool<T, BlockSize, ZeroOnDeallocate>` for structures: where the
/// template has a type, this has a layout of `java.lang.foreign`, and where it has a pointer, an
/// address.
///
/// ```java
/// try (TypedPool points = TypedPool.of(source, POINT)) {
///     long p = points.newElement(cpu, point -> X.set(point, 0L, 3));
///     int x = (int) X.get(points.element(p), 0L);
///     points.deleteElement(p);
/// }
/// ```
///
/// Allocating and freeing cost O(1); memory is taken in blocks and kept until the pool is closed. A
/// pool can be moved, but not copied.
@CheckReturnValue
public final class TypedPool implements AutoCloseable {

    private final RegionSource source;
    private final MemoryLayout layout;
    private final PhysicalMemory memory;
    private final ElementPool pool;
    private final @Nullable Consumer<MemorySegment> destructor;

    private TypedPool(RegionSource source, MemoryLayout layout, ElementPool pool,
            @Nullable Consumer<MemorySegment> destructor) {
        this.source = source;
        this.layout = layout;
        this.memory = source.machine().memory();
        this.pool = pool;
        this.destructor = destructor;
    }

    /// A pool with the arguments that the template has by default: blocks of 4096 bytes, elements
    /// are cleared when they come back, a lock of its own.
    public static TypedPool of(RegionSource source, MemoryLayout layout) {
        return of(source, layout, ElementPool.DEFAULT_BLOCK_BYTES, true, null,
                PoolOptions.defaults(layout.name().orElse("typed pool"))
                        .withLocks(PoolLocks.own()));
    }

    /// A pool that has no memory yet.
    ///
    /// @param source what blocks are taken from
    /// @param layout of the elements
    /// @param blockBytes size of a block; at least two elements, each at least 16 bytes
    /// @param zeroOnDeallocate whether an element is cleared when it comes back
    /// @param destructor what [#destroy] does with an element; null for nothing
    /// @param options the larger of its alignment and the layout's holds
    /// @throws IllegalArgumentException if a block is too small
    public static TypedPool of(RegionSource source, MemoryLayout layout, int blockBytes,
            boolean zeroOnDeallocate, @Nullable Consumer<MemorySegment> destructor,
            PoolOptions options) {
        PoolOptions aligned = options.withAlignment(alignment(layout, options.alignment()));
        ElementPool elements = new ElementPool(source, Math.toIntExact(layout.byteSize()),
                blockBytes, zeroOnDeallocate, aligned);
        return new TypedPool(source, layout, elements, destructor);
    }

    private static int alignment(MemoryLayout layout, int least) {
        return Math.max(least, Math.toIntExact(layout.byteAlignment()));
    }

    /// Takes memory for elements; nothing is constructed.
    ///
    /// @param n number of elements; the pool serves one at a time
    /// @param hint an address nearby which is wanted; ignored, as by the template
    /// @return 0 if there is no memory
    /// @throws IllegalArgumentException if `n` is not 1
    public long allocate(Cpu cpu, long n, long hint) {
        return pool.allocate(cpu, n, hint);
    }

    /// Takes memory back; nothing is destroyed.
    ///
    /// @param element 0 is ignored
    /// @param n as it was allocated
    /// @throws PoolMisuseException if it is no element in use; nothing is changed then
    public void deallocate(long element, long n) {
        pool.deallocate(element, n);
    }

    /// Makes an element out of allocated memory.
    ///
    /// @throws PoolMisuseException if it is no element in use
    public void construct(long element, Consumer<MemorySegment> constructor) {
        constructor.accept(element(element));
    }

    /// Ends an element; its memory stays allocated.
    ///
    /// @throws PoolMisuseException if it is no element in use
    public void destroy(long element) {
        MemorySegment ended = element(element);
        if (destructor != null) {
            destructor.accept(ended);
        }
    }

    /// Allocates and constructs an element.
    ///
    /// @return its address; 0 if there is no memory
    /// @throws RuntimeException as the constructor throws; the memory is given back then
    public long newElement(Cpu cpu, Consumer<MemorySegment> constructor) {
        long element = pool.allocate(cpu);
        if (element == 0) {
            return 0;
        }
        boolean isMade = false;
        try {
            construct(element, constructor);
            isMade = true;
        } finally {
            if (!isMade) {
                pool.deallocate(element, 1);
            }
        }
        return element;
    }

    /// Destroys an element and takes its memory back.
    ///
    /// @param element 0 is ignored
    /// @throws PoolMisuseException if it is no element in use; nothing is changed then
    public void deleteElement(long element) {
        if (element != 0) {
            destroy(element);
            pool.deallocate(element, 1);
        }
    }

    /// An element in use as a segment.
    ///
    /// @throws PoolMisuseException if it is no element in use
    public MemorySegment element(long element) {
        pool.requireInUse(element);
        return memory.slice(element, layout.byteSize());
    }

    /// The address of an element that is known as a segment.
    ///
    /// @throws IllegalArgumentException if the segment is not memory of the machine
    public long address(MemorySegment element) {
        return memory.addressOf(element);
    }

    /// The most elements that a pool could have if all memory of the machine were its blocks.
    public long maxSize() {
        return pool.maxSize();
    }

    /// An empty pool for elements of another layout, with all else the same (`rebind`), but for the
    /// destructor.
    ///
    /// @throws IllegalArgumentException if two of them do not fit into a block
    public TypedPool rebind(MemoryLayout other) {
        return new TypedPool(source, other, pool.rebind(Math.toIntExact(other.byteSize()),
                alignment(other, Long.BYTES)), null);
    }

    /// Moves all elements and blocks into a new pool; this one is empty then, and can be used.
    public TypedPool move() {
        return new TypedPool(source, layout, pool.move(), destructor);
    }

    /// What it has done.
    public PoolStatistics statistics() {
        return pool.statistics();
    }

    /// What it takes.
    public PoolFootprint footprint() {
        return pool.footprint();
    }

    /// Checks the whole pool. O(elements).
    ///
    /// @throws IllegalStateException naming what does not hold
    public void validate() {
        pool.validate();
    }

    /// Gives all blocks back, whatever is in use: nothing is destroyed, as by the template. A
    /// second call does nothing.
    @Override
    public void close() {
        pool.close();
    }
}
