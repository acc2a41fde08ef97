package org.kmemlab.mempool.pools;

/// Counts the places that a pool looks at to serve a request: the cost of an operation that does
/// not depend on the computer.
final class StepCount {

    private long total;
    private int current;
    private int most;

    /// A new request begins.
    void begin() {
        current = 0;
    }

    void add(int steps) {
        total += steps;
        current += steps;
        most = Math.max(most, current);
    }

    long total() {
        return total;
    }

    int most() {
        return most;
    }

    /// Steps of the request that began last.
    int current() {
        return current;
    }
}
