package org.kmemlab.slab;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/// Full and empty sheaves that the CPUs of one memory node exchange (`struct node_barn`). The one
/// that came last goes first.
///
/// The limits are kept by those who bring a sheaf without taking one. An exchange may exceed that
/// of the empty ones.
///
/// In live use caches have a [Barn] instead, which keeps objects without sheaves.
final class NodeBarn {

    /// Most full sheaves.
    static final int MAX_FULL = 10;
    /// Most empty sheaves.
    static final int MAX_EMPTY = 10;

    private final Deque<SlabSheaf> full = new ArrayDeque<>();
    private final Deque<SlabSheaf> empty = new ArrayDeque<>();

    boolean hasRoomForFull() {
        return full.size() < MAX_FULL;
    }

    boolean hasRoomForEmpty() {
        return empty.size() < MAX_EMPTY;
    }

    void putFull(SlabSheaf sheaf) {
        full.push(sheaf);
    }

    void putEmpty(SlabSheaf sheaf) {
        empty.push(sheaf);
    }

    /// An empty sheaf; null if there is none.
    @Nullable
    SlabSheaf takeEmpty() {
        return empty.poll();
    }

    /// A full sheaf, else an empty one; null if there is none.
    @Nullable
    SlabSheaf takeAny() {
        SlabSheaf sheaf = full.poll();
        return sheaf != null ? sheaf : empty.poll();
    }

    /// Gives a full sheaf for an empty one; null, and nothing changes, if there is none.
    @Nullable
    SlabSheaf exchangeEmpty(SlabSheaf brought) {
        SlabSheaf taken = full.poll();
        if (taken != null) {
            empty.push(brought);
        }
        return taken;
    }

    /// Gives an empty sheaf for a full one; null, and nothing changes, if there is none.
    @Nullable
    SlabSheaf exchangeFull(SlabSheaf brought) {
        SlabSheaf taken = empty.poll();
        if (taken != null) {
            full.push(brought);
        }
        return taken;
    }

    /// Takes all sheaves out, the full ones first.
    void clear(Consumer<SlabSheaf> action) {
        List<SlabSheaf> all = List.copyOf(full);
        List<SlabSheaf> none = List.copyOf(empty);
        full.clear();
        empty.clear();
        all.forEach(action);
        none.forEach(action);
    }

    /// The full sheaves, the next one first.
    List<SlabSheaf> full() {
        return List.copyOf(full);
    }

    /// How many empty ones there are.
    int emptyCount() {
        return empty.size();
    }
}
