package org.kmemlab.slab;

import java.io.Serial;

/// Thrown where the kernel would stop the machine.
public final class KernelPanicException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    /// @param message the kernel's last words
    /// @param cause what went wrong
    public KernelPanicException(String message, Throwable cause) {
        super(message, cause);
    }
}
