package org.kmemlab.mempool;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Machine;

/// A real pool, a source that fails when told, and a few tasks that use the pool in every way they
/// can, one step at a time. Each step is followed by a check of what the pool promises.
///
/// Tasks are equal and elements are too, so [#key] counts elements and does not name them.
final class PoolModel {

    /// @param tasks how many tasks there are
    /// @param heldEach how many elements a task holds at most
    /// @param minNr size of the reserve in the beginning
    /// @param minNrMax size up to which it is resized; 0 if it never is
    record Limits(int tasks, int heldEach, int minNr, int minNrMax) {}

    /// What can happen next.
    enum Kind {
        BEGIN_KERNEL, BEGIN_ATOMIC, STEP_SOURCE_FAILS, STEP_SOURCE_GIVES, FREE, RESIZE_SOURCE_FAILS,
        RESIZE_SOURCE_GIVES, FIVE_SECONDS_PASS
    }

    /// @param kind what happens
    /// @param number the task that does it; the new size of a resize
    record Move(Kind kind, int number) {
        @Override
        public String toString() {
            return kind + " " + number;
        }
    }

    private static final class User {
        final List<Long> held = new ArrayList<>();
        @Nullable
        MempoolRequest request;
        boolean atomic;
        int attempts;

        boolean isAsleep() {
            return request != null && request.next() == MempoolRequest.Step.ASLEEP;
        }
    }

    private final Machine machine;
    private final Limits limits;
    private final ScriptedSource source = new ScriptedSource();
    private final Mempool pool;
    private final List<User> users = new ArrayList<>();
    /// So many elements are in the reserve or out, ever after the last resize.
    private int secured;

    PoolModel(Machine machine, Limits limits) {
        this.machine = machine;
        this.limits = limits;
        pool = Objects.requireNonNull(
                Mempool.create(machine, machine.cpu(0), limits.minNr(), source));
        secured = limits.minNr();
        for (int i = 0; i < limits.tasks(); i++) {
            users.add(new User());
        }
    }

    /// All that can happen now.
    List<Move> moves() {
        List<Move> moves = new ArrayList<>();
        for (int i = 0; i < users.size(); i++) {
            addMoves(moves, users.get(i), i);
        }
        for (int size = 1; size <= limits.minNrMax(); size++) {
            moves.add(new Move(Kind.RESIZE_SOURCE_FAILS, size));
            moves.add(new Move(Kind.RESIZE_SOURCE_GIVES, size));
        }
        if (users.stream().anyMatch(user -> user.isAsleep() && !canRun(user))) {
            moves.add(new Move(Kind.FIVE_SECONDS_PASS, 0));
        }
        return moves;
    }

    private void addMoves(List<Move> moves, User user, int number) {
        MempoolRequest request = user.request;
        if (request == null) {
            if (user.held.size() < limits.heldEach()) {
                moves.add(new Move(Kind.BEGIN_KERNEL, number));
                moves.add(new Move(Kind.BEGIN_ATOMIC, number));
            }
            if (!user.held.isEmpty()) {
                moves.add(new Move(Kind.FREE, number));
            }
        } else if (canRun(user)) {
            moves.add(new Move(Kind.STEP_SOURCE_FAILS, number));
            if (request.next() == MempoolRequest.Step.TRY_SOURCE) {
                moves.add(new Move(Kind.STEP_SOURCE_GIVES, number));
            }
        }
    }

    private boolean canRun(User user) {
        MempoolRequest request = Objects.requireNonNull(user.request);
        return !user.isAsleep() || request.isWoken()
                || machine.clock().jiffies() >= request.deadlineJiffies();
    }

    /// Lets something happen, then checks the promise.
    ///
    /// @throws AssertionError if the pool breaks it
    void make(Move move) {
        boolean gives = move.kind() == Kind.STEP_SOURCE_GIVES
                || move.kind() == Kind.RESIZE_SOURCE_GIVES;
        source.succeedOnly(gives ? ScriptedSource.NO_LIMIT : 0);
        switch (move.kind()) {
            case BEGIN_KERNEL -> begin(users.get(move.number()), false);
            case BEGIN_ATOMIC -> begin(users.get(move.number()), true);
            case STEP_SOURCE_FAILS, STEP_SOURCE_GIVES -> step(users.get(move.number()));
            case FREE -> pool.free(machine.cpu(0), users.get(move.number()).held.removeLast());
            case RESIZE_SOURCE_FAILS, RESIZE_SOURCE_GIVES -> {
                pool.resize(machine.cpu(0), move.number());
                secured = Math.min(move.number(), pool.snapshot().currNr() + out());
            }
            case FIVE_SECONDS_PASS -> machine.clock().advance(5L * machine.clock().hz());
        }
        checkNothingIsLost();
    }

    private void begin(User user, boolean atomic) {
        user.atomic = atomic;
        user.attempts = 0;
        user.request = pool.begin(machine.cpu(0),
                atomic ? GfpFlags.GFP_ATOMIC : GfpFlags.GFP_KERNEL);
    }

    private void step(User user) {
        MempoolRequest request = Objects.requireNonNull(user.request);
        MempoolRequest.Step step = request.next();
        user.attempts += step == MempoolRequest.Step.TRY_SOURCE && user.attempts < 2 ? 1 : 0;
        boolean promised = step == MempoolRequest.Step.TAKE_RESERVE && out() < secured;
        request.advance();
        if (promised && request.element() == 0) {
            throw new AssertionError("a request got nothing, though only " + out()
                    + " elements are out");
        }
        if (user.atomic && request.next() == MempoolRequest.Step.ASLEEP) {
            throw new AssertionError("an atomic request sleeps");
        }
        if (request.isDone()) {
            if (request.element() != 0) {
                user.held.add(request.element());
            } else if (!user.atomic) {
                throw new AssertionError("a request that may sleep got nothing");
            }
            user.request = null;
        }
    }

    private int out() {
        return users.stream().mapToInt(user -> user.held.size()).sum();
    }

    /// Every element that the source gave is in one place, and no other element is anywhere.
    private void checkNothingIsLost() {
        pool.validate();
        List<Long> places = new ArrayList<>(pool.snapshot().elements());
        users.forEach(user -> places.addAll(user.held));
        Set<Long> different = new HashSet<>(places);
        if (different.size() != places.size() || !different.equals(source.out)) {
            throw new AssertionError("elements of the source: " + source.out
                    + ", in the reserve and out: " + new TreeSet<>(places));
        }
    }

    /// Whether every task has what it asked for and gave it back.
    boolean isAtRest() {
        return users.stream().allMatch(user -> user.request == null && user.held.isEmpty());
    }

    /// Everything that decides what can happen from now on.
    long key() {
        long key = 0;
        for (User user : users) {
            MempoolRequest request = user.request;
            long step = request == null ? 0 : request.next().ordinal() + 1;
            long runs = request == null || canRun(user) ? 1 : 0;
            key = key << 10 | step << 7 | runs << 6 | (user.atomic && request != null ? 1 : 0) << 5
                    | (request == null ? 0 : user.attempts) << 3 | user.held.size();
        }
        MempoolSnapshot state = pool.snapshot();
        return key << 12 | (long) state.waiters() << 9 | (long) state.minNr() << 6
                | (long) state.currNr() << 3 | secured;
    }

    @Override
    public String toString() {
        return pool + ", out " + out();
    }
}
