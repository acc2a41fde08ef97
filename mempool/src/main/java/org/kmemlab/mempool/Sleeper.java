package org.kmemlab.mempool;

/// Somebody who waits until an element comes back to a pool.
final class Sleeper {

    private volatile boolean woken;

    void begin() {
        woken = false;
    }

    void wake() {
        woken = true;
    }

    boolean isWoken() {
        return woken;
    }
}
