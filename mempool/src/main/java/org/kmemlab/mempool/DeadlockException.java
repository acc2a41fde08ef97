package org.kmemlab.mempool;

/// A finding: somebody waits for an element of a pool, and nothing can happen any more that would
/// give one.
///
/// The usual causes: every user holds elements and waits for one more, or an element was never
/// freed. The message names the pool, the request, and the virtual time.
public final class DeadlockException extends RuntimeException {

    private static final long serialVersionUID = 1;

    DeadlockException(String message) {
        super(message);
    }
}
