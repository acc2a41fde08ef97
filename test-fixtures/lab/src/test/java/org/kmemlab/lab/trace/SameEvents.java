package org.kmemlab.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;

/// Compares two ways of reading one trace, value by value.
final class SameEvents {

    private SameEvents() {
    }

    /// Checks that both cursors go through the same events and end with the same counts.
    ///
    /// @param what names the trace, and how to make it again
    /// @return how many events that were
    static long check(String what, TraceCursor expected, TraceCursor actual) throws IOException {
        assertThat(actual.announcedCpus()).as(what).isEqualTo(expected.announcedCpus());
        long events = 0;
        while (expected.next()) {
            events++;
            if (!actual.next() || !Arrays.equals(values(expected), values(actual))) {
                assertThat(text(actual)).as("%s event %d", what, events).isEqualTo(text(expected));
                throw new AssertionError(what + ": event " + events + " is missing");
            }
        }
        assertThat(actual.next()).as(what).isFalse();
        assertThat(actual.counts()).as(what).isEqualTo(expected.counts());
        assertThat(symbols(actual)).as(what).isEqualTo(symbols(expected));
        return events;
    }

    private static String text(TraceCursor cursor) {
        return "line " + cursor.lineNumber() + " " + cursor.kind() + " "
                + Arrays.toString(values(cursor));
    }

    /// All that the event's kind has.
    private static long[] values(TraceCursor event) {
        long[] values = new long[32];
        int at = 0;
        values[at++] = event.kind().ordinal();
        values[at++] = event.lineNumber();
        values[at++] = event.cpu();
        values[at++] = event.pid();
        values[at++] = event.timeNanos();
        values[at++] = event.task();
        for (int column = 0; column < 8; column++) {
            values[at++] = event.flag(column);
        }
        values[at++] = event.node();
        values[at++] = event.isAccounted() ? 1 : 0;
        values[at++] = event.callSite();
        values[at++] = event.cacheName();
        if (event.kind().isObjectAlloc() || event.kind().isObjectFree()) {
            values[at++] = event.pointer();
        } else {
            values[at++] = event.page();
            values[at++] = event.pfn();
            values[at++] = event.migrateType();
            values[at++] = event.isPercpuRefill() ? 1 : 0;
            values[at++] = event.pageblockOrder();
            values[at++] = event.isFragmenting() ? 1 : 0;
            values[at++] = event.isOwnershipChanged() ? 1 : 0;
        }
        ofKind(event, values, at);
        return values;
    }

    private static void ofKind(TraceCursor event, long[] values, int from) {
        int at = from;
        switch (event.kind()) {
            case KMALLOC, KMALLOC_NODE, KMEM_CACHE_ALLOC, KMEM_CACHE_ALLOC_NODE -> {
                values[at++] = event.requestedBytes();
                values[at++] = event.allocatedBytes();
                values[at] = event.gfpBits();
            }
            case MM_PAGE_ALLOC -> {
                values[at++] = event.order();
                values[at] = event.gfpBits();
            }
            case MM_PAGE_ALLOC_EXTFRAG -> {
                values[at++] = event.order();
                values[at++] = event.fallbackOrder();
                values[at] = event.fallbackMigrateType();
            }
            case MM_PAGE_FREE, MM_PAGE_ALLOC_ZONE_LOCKED, MM_PAGE_PCPU_DRAIN -> values[at] =
                    event.order();
            case KFREE, KMEM_CACHE_FREE, MM_PAGE_FREE_BATCHED -> {
                // No more.
            }
        }
    }

    private static String symbols(TraceCursor cursor) {
        StringBuilder all = new StringBuilder();
        for (SymbolTable table : new SymbolTable[] {cursor.callSites(), cursor.cacheNames(),
            cursor.tasks()}) {
            for (int symbol = 1; symbol <= table.size(); symbol++) {
                all.append(symbol).append(' ').append(table.text(symbol)).append('\n');
            }
            all.append("--\n");
        }
        return all.toString();
    }
}
