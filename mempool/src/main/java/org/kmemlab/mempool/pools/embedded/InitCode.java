package org.kmemlab.mempool.pools.embedded;

/// What the initialisation of a pool answers. If it is not [#GOOD], the pool has no memory.
public enum InitCode {
    /// Done.
    GOOD(0),
    /// No pool, no size, no count, or the pool is initialised already.
    INVALID(-1),
    /// No memory for the blocks.
    NO_MEMORY(-2),
    /// No memory for the list of pointers that [EmbeddedPool#initAligned] needs.
    NO_LIST_MEMORY(-3);

    private final int code;

    InitCode(int code) {
        this.code = code;
    }

    /// The number that C code sees.
    public int code() {
        return code;
    }
}
