package org.kmemlab.lab.advise;

import java.util.ArrayDeque;
import java.util.Deque;

/// How far the number of live elements rises within an outage: the size of the reserve that covers
/// it, as each element that is freed goes back there first.
///
/// For each event it takes the rise over the lowest number since the outage may have begun; a queue of
/// falling minima gives that in O(1), amortised.
final class ReserveDemand {

    /// @param event the last event with that number
    private record Level(long event, long live) {}

    private final long outageEvents;
    private final Deque<Level> lows = new ArrayDeque<>();
    private long live;
    private long most;
    private long fromEvent;
    private long toEvent;
    private long toPlace;

    /// @param outageEvents how many events an outage lasts; `Long.MAX_VALUE` for the whole trace
    ReserveDemand(long outageEvents) {
        this.outageEvents = outageEvents;
    }

    /// An element was allocated.
    void allocated(long event, long place) {
        endLevel(event - 1);
        live++;
        // An outage that ends with this event began after one that lies so far back, or later.
        while (lows.getFirst().event < event - outageEvents) {
            lows.removeFirst();
        }
        Level low = lows.getFirst();
        if (live - low.live > most) {
            most = live - low.live;
            fromEvent = low.event + 1;
            toEvent = event;
            toPlace = place;
        }
    }

    /// An element was freed.
    void freed(long event) {
        endLevel(event - 1);
        live--;
    }

    /// Notes that the present number held up to an event.
    private void endLevel(long event) {
        while (!lows.isEmpty() && lows.getLast().live >= live) {
            lows.removeLast();
        }
        lows.addLast(new Level(event, live));
    }

    /// The highest rise.
    long most() {
        return most;
    }

    /// The first event of the outage that has it; 0 if there is none.
    long fromEvent() {
        return fromEvent;
    }

    /// The event that reaches it; 0 if there is none.
    long toEvent() {
        return toEvent;
    }

    /// The place of that event; 0 if there is none.
    long toPlace() {
        return toPlace;
    }
}
