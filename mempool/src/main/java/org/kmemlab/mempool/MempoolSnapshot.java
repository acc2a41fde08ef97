package org.kmemlab.mempool;

import java.util.List;

/// The state of a pool at one moment.
///
/// @param minNr how many elements the reserve should hold
/// @param elements the reserve from bottom to top; the last one is handed out first
/// @param waiters how many requests sleep until an element comes back
public record MempoolSnapshot(int minNr, List<Long> elements, int waiters) {

    /// Copies the elements.
    public MempoolSnapshot {
        elements = List.copyOf(elements);
    }

    /// How many elements the reserve holds.
    public int currNr() {
        return elements.size();
    }
}
