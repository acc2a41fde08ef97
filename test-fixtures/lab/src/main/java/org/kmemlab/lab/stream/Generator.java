package org.kmemlab.lab.stream;

/// Makes requests up.
@FunctionalInterface
interface Generator {

    /// Adds at least one request to the outbox.
    void step(Outbox out);
}
