package org.kmemlab.bench.pool;

/// An allocator whose objects are Java objects, seen by a benchmark; the twin of [AddressPool].
///
/// @param <T> what a user of the allocator holds
public abstract class HandlePool<T> implements AutoCloseable {

    private final int bytes;

    /// @param bytes the size of what [#alloc()] returns
    HandlePool(int bytes) {
        this.bytes = bytes;
    }

    /// The size of what [#alloc()] returns.
    public final int bytes() {
        return bytes;
    }

    /// An object of the pool's size.
    public abstract T alloc();

    /// An object of any size.
    ///
    /// @throws UnsupportedOperationException if all objects of the pool have one size
    public T alloc(int size) {
        throw new UnsupportedOperationException("objects of " + bytes + " bytes only");
    }

    /// Takes an object back.
    public abstract void free(T handle);

    /// Writes the first 8 bytes of an object.
    public abstract void write(T handle, long value);

    /// Reads the first 8 bytes of an object.
    public abstract long read(T handle);

    /// Releases everything.
    @Override
    public void close() {
        // Most pools hold nothing that their process must give back.
    }
}
