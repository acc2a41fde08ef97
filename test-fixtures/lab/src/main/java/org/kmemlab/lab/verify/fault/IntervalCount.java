package org.kmemlab.lab.verify.fault;

import java.util.stream.LongStream;

/// What is known of the hidden count of calls behind `interval`: its remainder. Setting attributes
/// never resets it, so it runs on over the cases of a boot.
///
/// @param count the number of calls counted so far, or any number with the same remainder
/// @param modulus to what the remainder is known; 1 if nothing is
record IntervalCount(long count, long modulus) {

    static final IntervalCount UNKNOWN = new IntervalCount(0, 1);

    /// All counts that must be told apart to say which calls of a case fail.
    LongStream candidates(int interval) {
        return LongStream.range(0, modulus(interval) / modulus).map(i -> count + i * modulus);
    }

    /// What is known after a case with this interval in which the count reached `last`.
    IntervalCount after(int interval, long last) {
        long known = modulus(interval);
        return new IntervalCount(last % known, known);
    }

    private long modulus(int interval) {
        long a = modulus;
        long b = interval;
        while (b != 0) {
            long rest = a % b;
            a = b;
            b = rest;
        }
        return modulus / a * interval;
    }
}
