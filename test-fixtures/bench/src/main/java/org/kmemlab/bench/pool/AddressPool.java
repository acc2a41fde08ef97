package org.kmemlab.bench.pool;

/// An allocator whose objects are addresses, seen by a benchmark.
///
/// An abstract class and not an interface: with one subclass loaded, calls need no type check.
public abstract class AddressPool implements AutoCloseable {

    private final int bytes;

    /// @param bytes the size of what [#alloc()] returns
    AddressPool(int bytes) {
        this.bytes = bytes;
    }

    /// The size of what [#alloc()] returns.
    public final int bytes() {
        return bytes;
    }

    /// An object of the pool's size.
    public abstract long alloc();

    /// An object of any size.
    ///
    /// @throws UnsupportedOperationException if all objects of the pool have one size
    public long alloc(int size) {
        throw new UnsupportedOperationException("objects of " + bytes + " bytes only");
    }

    /// Takes an object back.
    public abstract void free(long address);

    /// Writes the first 8 bytes of an object.
    public abstract void write(long address, long value);

    /// Reads the first 8 bytes of an object.
    public abstract long read(long address);

    /// Fills the array, in one operation where the allocator has one.
    public void allocBulk(long[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = alloc();
        }
    }

    /// Takes the objects of the array back, in one operation where the allocator has one.
    public void freeBulk(long[] objects) {
        for (long address : objects) {
            free(address);
        }
    }

    /// The same pool as thread number `thread` should use it.
    public AddressPool forThread(int thread) {
        return this;
    }

    /// Releases everything.
    @Override
    public void close() {
        // Most pools hold nothing that their process must give back.
    }
}
