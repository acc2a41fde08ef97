package org.kmemlab.cli;

import static java.util.Locale.ROOT;

import java.io.IOException;
import java.util.List;

import org.kmemlab.lab.proc.SlabinfoRow;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.slab.proc.ProcSlabinfo;

/// The caches of a machine on which a trace is being replayed, some events at a time.
final class ReplaySlabinfo implements SlabtopSource {

    private final ReplaySession session;
    private final TraceCursor cursor;
    private final long eventsAtOnce;
    private long events;
    private boolean ended;

    /// @param eventsAtOnce how many events are replayed from one look to the next, 1 or more
    ReplaySlabinfo(ReplaySession session, TraceCursor cursor, long eventsAtOnce) {
        this.session = session;
        this.cursor = cursor;
        this.eventsAtOnce = eventsAtOnce;
    }

    @Override
    public List<SlabinfoRow> rows() throws IOException {
        return SlabinfoRow.ofLines("slabinfo",
                ProcSlabinfo.text(session.replay().caches()).lines().toList());
    }

    @Override
    public void advance() throws IOException {
        for (long i = 0; i < eventsAtOnce && !ended; i++) {
            if (session.replay().step(cursor)) {
                events++;
            } else {
                ended = true;
            }
        }
    }

    @Override
    public String status() {
        long all = session.survey().counts().events();
        return String.format(ROOT, " event %,d of %,d%s of %s", events, all,
                events == all ? ", the end" : "", session.name());
    }
}
