package org.kmemlab.mempool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import org.kmemlab.mempool.PoolModel.Kind;
import org.kmemlab.mempool.PoolModel.Limits;
import org.kmemlab.mempool.PoolModel.Move;

/// Visits every state that a [PoolModel] can reach, by every order of moves. A state is built anew by
/// making all moves that lead to it, so the pool under test needs no way to be copied.
///
/// Then it looks at how work ends: from any state on, if nobody begins anything new and the source
/// never recovers, every order of the remaining moves must end, and with every request served.
final class PoolExplorer {

    /// What was found.
    ///
    /// @param states different states
    /// @param transitions moves between them
    /// @param finding the first broken promise and the moves that lead to it; null if there is none
    record Result(int states, int transitions, @Nullable String finding) {}

    private static final class State {
        final @Nullable State from;
        final @Nullable Move by;
        final List<State> ending = new ArrayList<>();
        boolean atRest;
        int color;

        State(@Nullable State from, @Nullable Move by) {
            this.from = from;
            this.by = by;
        }

        List<Move> path() {
            List<Move> moves = new ArrayList<>();
            for (State at = this; at != null && at.by != null; at = at.from) {
                moves.add(at.by);
            }
            return moves.reversed();
        }
    }

    private static final int OPEN = 1;
    private static final int DONE = 2;

    private final Machine machine;
    private final Limits limits;
    private final Map<Long, State> states = new HashMap<>();
    private final List<State> order = new ArrayList<>();
    private int transitions;

    private PoolExplorer(Machine machine, Limits limits) {
        this.machine = machine;
        this.limits = limits;
    }

    static Result explore(Limits limits) {
        try (Machine machine = new Machine(
                MachineConfig.ofMebibytes(4).withMemory(MemoryKind.METADATA_ONLY))) {
            PoolExplorer explorer = new PoolExplorer(machine, limits);
            String finding = explorer.visitAll();
            finding = finding == null ? explorer.checkEnds() : finding;
            return new Result(explorer.order.size(), explorer.transitions, finding);
        }
    }

    /// For use through reflection: the finding, empty for none.
    static String findingOf(int tasks, int heldEach, int minNr, int minNrMax) {
        String finding = explore(new Limits(tasks, heldEach, minNr, minNrMax)).finding();
        return finding == null ? "" : finding;
    }

    private PoolModel rebuilt(State state) {
        PoolModel model = new PoolModel(machine, limits);
        state.path().forEach(model::make);
        return model;
    }

    private @Nullable String visitAll() {
        State start = new State(null, null);
        PoolModel first = rebuilt(start);
        start.atRest = first.isAtRest();
        states.put(first.key(), start);
        order.add(start);
        for (int i = 0; i < order.size(); i++) {
            State state = order.get(i);
            List<Move> moves = rebuilt(state).moves();
            boolean waitsOnly = moves.stream().noneMatch(PoolExplorer::ends);
            for (Move move : moves) {
                PoolModel model = rebuilt(state);
                State reached = new State(state, move);
                try {
                    model.make(move);
                } catch (RuntimeException | AssertionError broken) {
                    return broken + "; after " + reached.path();
                }
                reached.atRest = model.isAtRest();
                transitions++;
                State known = states.putIfAbsent(model.key(), reached);
                if (known == null) {
                    order.add(reached);
                    known = reached;
                }
                if (ends(move) || (waitsOnly && mayWait(move))) {
                    state.ending.add(known);
                }
            }
        }
        return null;
    }

    /// Moves that bring to an end what was begun.
    private static boolean ends(Move move) {
        return move.kind() == Kind.STEP_SOURCE_FAILS || move.kind() == Kind.FREE;
    }

    /// Only after a resize, which wakes nobody, it may take until the slice of waiting is over.
    private boolean mayWait(Move move) {
        return limits.minNrMax() > 0 && move.kind() == Kind.FIVE_SECONDS_PASS;
    }

    private @Nullable String checkEnds() {
        for (State state : order) {
            if (state.ending.isEmpty() && !state.atRest) {
                return "nobody can go on: " + rebuilt(state) + "; after " + state.path();
            }
        }
        for (State state : order) {
            State circle = findCircle(state);
            if (circle != null) {
                return "does not end; after " + circle.path();
            }
        }
        return null;
    }

    /// Depth-first; a state at rest is an end, though new work may lead out of it.
    private static @Nullable State findCircle(State state) {
        if (state.color == DONE) {
            return null;
        }
        if (state.color == OPEN) {
            return state;
        }
        state.color = OPEN;
        for (State next : state.ending) {
            State circle = findCircle(next);
            if (circle != null) {
                return circle;
            }
        }
        state.color = DONE;
        return null;
    }
}
