package org.kmemlab.mempool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.GfpFlags;

/// Tries every order in which the steps of several users can happen, while the source always fails.
class MempoolInterleavingTest {

    /// One who takes `wanted` elements one after another, then gives all back.
    private static final class User {

        private final int wanted;
        private final List<Long> held = new ArrayList<>();
        private @Nullable MempoolRequest request;
        private int attempts;
        private boolean gaveBack;

        User(int wanted) {
            this.wanted = wanted;
        }

        boolean canRun() {
            return !gaveBack && (request == null
                    || request.next() != MempoolRequest.Step.ASLEEP || request.isWoken());
        }

        void run(PoolFixture f) {
            if (held.size() == wanted) {
                held.forEach(element -> f.pool.free(f.cpu, element));
                gaveBack = true;
                return;
            }
            MempoolRequest current = request;
            if (current == null) {
                current = f.pool.begin(f.cpu, GfpFlags.GFP_KERNEL);
                request = current;
                attempts = 0;
            }
            attempts += current.next() == MempoolRequest.Step.TRY_SOURCE ? 1 : 0;
            current.advance();
            if (current.isDone()) {
                held.add(current.element());
                request = null;
            }
        }

        /// Everything that decides what it does next.
        String state() {
            String step = request == null ? "-"
                    : request.next() + "" + Math.min(attempts, 2)
                            + request.isWoken();
            return held.size() + step + gaveBack;
        }
    }

    private record Outcome(int statesSeen, int deadlocks) {}

    /// Explores all schedules; a schedule is the list of users that ran.
    private static Outcome explore(int users, int elementsEach, int minNr) {
        Deque<List<Integer>> open = new ArrayDeque<>(List.of(List.of()));
        Set<String> seen = new HashSet<>();
        int deadlocks = 0;
        while (!open.isEmpty()) {
            List<Integer> schedule = open.pop();
            try (PoolFixture f = new PoolFixture(minNr)) {
                f.source.succeedOnly(0);
                List<User> all = new ArrayList<>();
                for (int i = 0; i < users; i++) {
                    all.add(new User(elementsEach));
                }
                schedule.forEach(user -> all.get(user).run(f));
                if (seen.add(all.stream().map(User::state).toList().toString())) {
                    deadlocks += isStuck(all) ? 1 : 0;
                    for (int next = 0; next < users; next++) {
                        if (all.get(next).canRun()) {
                            List<Integer> longer = new ArrayList<>(schedule);
                            longer.add(next);
                            open.push(longer);
                        }
                    }
                }
                release(f, all);
            }
        }
        return new Outcome(seen.size(), deadlocks);
    }

    private static boolean isStuck(List<User> users) {
        return users.stream().noneMatch(User::canRun)
                && users.stream().anyMatch(user -> !user.gaveBack);
    }

    /// Lets the source succeed, so that sleeping requests end and the pool can be closed.
    private static void release(PoolFixture f, List<User> users) {
        f.source.succeedOnly(ScriptedSource.NO_LIMIT);
        for (User user : users) {
            MempoolRequest request = user.request;
            while (request != null && !request.isDone()) {
                f.machine.clock().advance(5 * 250);
                request.advance();
            }
        }
    }

    /// Somebody would wait for ever though every user gives its only element back.
    @Test
    void explore_oneElementEach_reserveOfOneAlwaysMakesProgress() {
        assertThat(explore(2, 1, 1).deadlocks()).isZero();
        Outcome three = explore(3, 1, 1);

        assertThat(three.deadlocks()).isZero();
        assertThat(three.statesSeen()).isGreaterThan(200);
    }

    /// The bound C*(k-1)+1 for users that hold several elements would be wrong.
    @Test
    void explore_twoElementsEach_needUsersPlusOneInReserve() {
        assertThat(explore(2, 2, 3).deadlocks()).isZero();
        assertThat(explore(2, 2, 2).deadlocks()).isPositive();
    }
}
