package org.kmemlab.mempool.pools;

/// A pool was given something that is not a block of it in use, or a damaged one. Nothing was
/// changed.
public final class PoolMisuseException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    /// What the caller did.
    public enum Misuse {
        /// The address is none of the pool's.
        FOREIGN_ADDRESS,
        /// The address is the pool's, but no block starts there.
        INTERIOR_POINTER,
        /// The block is free already.
        DOUBLE_FREE,
        /// Somebody wrote in front of or behind the block.
        OVERRUN
    }

    private final Misuse misuse;
    private final long address;

    PoolMisuseException(Misuse misuse, long address, String message) {
        super(message);
        this.misuse = misuse;
        this.address = address;
    }

    /// An address is not a block in use.
    ///
    /// @param around the block that the address lies in; any number if it is foreign
    static PoolMisuseException of(String pool, BlockState state, long address, long around) {
        return switch (state) {
            case FREE -> new PoolMisuseException(Misuse.DOUBLE_FREE, address,
                    "%s: block 0x%x is free already".formatted(pool, address));
            case INTERIOR -> new PoolMisuseException(Misuse.INTERIOR_POINTER, address,
                    "%s: no block starts at 0x%x, it is %d bytes from 0x%x".formatted(pool, address,
                            address - around, around));
            case FOREIGN -> new PoolMisuseException(Misuse.FOREIGN_ADDRESS, address,
                    "%s: 0x%x is not in it".formatted(pool, address));
            case IN_USE -> throw new AssertionError("block 0x%x is in use".formatted(address));
        };
    }

    /// Somebody wrote to what lies around a block.
    static PoolMisuseException overrun(String pool, long block, long damaged, long bytes) {
        return new PoolMisuseException(Misuse.OVERRUN, block,
                "%s: somebody wrote to 0x%x, outside the block of %d bytes at 0x%x".formatted(pool,
                        damaged, bytes, block));
    }

    /// What the caller did.
    public Misuse misuse() {
        return misuse;
    }

    /// The address that was given.
    public long address() {
        return address;
    }
}
