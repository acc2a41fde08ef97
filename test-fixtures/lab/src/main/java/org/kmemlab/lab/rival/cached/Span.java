package org.kmemlab.lab.rival.cached;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.PhysicalMemory;

/// A run of pages that belongs together: free, one block, or objects of one size.
final class Span {

    /// What the record of a span costs: address, length, owner, two links, list head, counts.
    static final int METADATA_BYTES = 56;
    /// The owner of a free span.
    static final int FREE = -1;
    /// The owner of a span that is one block.
    static final int BLOCK = -2;

    final int id;
    final long start;
    int pageCount;
    int owner = FREE;
    @Nullable
    Span before;
    @Nullable
    Span after;
    /// Objects: the first free one, 0 if none; how many are in use.
    long firstFree;
    int inUse;
    /// Objects of allocators that mark them in bits: set while in use.
    long[] bits = {};

    Span(int id, long start, int pageCount) {
        this.id = id;
        this.start = start;
        this.pageCount = pageCount;
    }

    long bytes() {
        return (long) pageCount << PhysicalMemory.PAGE_SHIFT;
    }

    long end() {
        return start + bytes();
    }

    boolean holds(long address) {
        return address >= start && address < end();
    }

    /// A list of spans, linked through them.
    static final class Chain {

        private @Nullable Span first;
        private int length;

        @Nullable
        Span first() {
            return first;
        }

        boolean isEmpty() {
            return first == null;
        }

        int length() {
            return length;
        }

        void addFirst(Span span) {
            span.before = null;
            span.after = first;
            if (first != null) {
                first.before = span;
            }
            first = span;
            length++;
        }

        void remove(Span span) {
            if (span.before != null) {
                span.before.after = span.after;
            } else {
                first = span.after;
            }
            if (span.after != null) {
                span.after.before = span.before;
            }
            span.before = null;
            span.after = null;
            length--;
        }

        void validate() {
            int found = 0;
            Span last = null;
            for (Span span = first; span != null; span = span.after) {
                Validate.validState(span.before == last && found < length,
                        "span 0x%x is wrongly linked", span.start);
                last = span;
                found++;
            }
            Validate.validState(found == length, "%d spans in a list, counted %d", found, length);
        }
    }
}
