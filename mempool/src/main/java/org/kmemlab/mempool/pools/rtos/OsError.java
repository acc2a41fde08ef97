package org.kmemlab.mempool.pools.rtos;

/// What Mynewt's functions answer (`os_error_t`), as far as memory pools use it. Their callers may
/// pass on any of them.
public enum OsError {
    /// Done.
    OS_OK(0),
    /// No memory.
    OS_ENOMEM(1),
    /// A bad value.
    OS_EINVAL(2),
    /// A bad argument, an unknown pool, or a block that is not the pool's or not in use.
    OS_INVALID_PARM(3),
    /// The buffer does not begin at a multiple of `OS_ALIGNMENT`.
    OS_MEM_NOT_ALIGNED(4),
    /// Somebody else has it.
    OS_EBUSY(11),
    /// Any other failure.
    OS_ERROR(12);

    private final int code;

    OsError(int code) {
        this.code = code;
    }

    /// The number that C code sees.
    public int code() {
        return code;
    }
}
