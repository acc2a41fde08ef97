package org.kmemlab.lab.rival.cached;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.rival.base.PageMap;
import org.kmemlab.lab.rival.base.PageRuns;
import org.kmemlab.lab.rival.base.Steps;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// Spans of pages, cut from runs of 128 pages or more and merged again.
///
/// **Picture.** Free spans of 1 to 128 pages are in the list of their length, longer ones in one
/// list, searched for the best fit. The page map leads from a page to its span: from each page of a
/// span in use, from the first and the last page of a free one, which is all that merging needs.
///
/// **Invariants.** I1: spans follow one another without gaps in each run. I2: no two free spans of a
/// run are neighbours. I3: exactly the free spans are in lists.
///
/// A run that is one free span goes back to the page allocator if another such run is kept.
///
/// Source: S. Ghemawat, P. Menage, TCMalloc: Thread-Caching Malloc, "Spans" and "Page heap".
final class SpanHeap {

    private static final int LISTS = 128;
    private static final int LEAST_GROWTH = 128;

    private final PhysicalMemory memory;
    private final PageRuns pages;
    private final int tag;
    private final Steps steps;
    private final PageMap spanOfPage;
    private final Span.Chain[] free = new Span.Chain[LISTS + 1];
    /// By their number, which is not 0.
    private final List<@Nullable Span> spans = new ArrayList<>();
    private final List<Integer> unused = new ArrayList<>();
    private int freeRuns;

    /// @param tag marks the page runs of this heap
    SpanHeap(PhysicalMemory memory, PageRuns pages, int tag, Steps steps) {
        this.memory = memory;
        this.pages = pages;
        this.tag = tag;
        this.steps = steps;
        spanOfPage = new PageMap(memory.endPfn());
        for (int list = 0; list <= LISTS; list++) {
            free[list] = new Span.Chain();
        }
        spans.add(null);
    }

    /// A span of so many pages; null if there is no memory.
    @Nullable
    Span alloc(Cpu cpu, int pageCount, int owner) {
        Span span = find(pageCount);
        if (span == null) {
            span = grow(cpu, pageCount);
            if (span == null) {
                return null;
            }
        } else {
            listOf(span).remove(span);
            freeRuns -= isWholeRun(span) ? 1 : 0;
        }
        if (span.pageCount > pageCount) {
            Span rest = make(span.start + ((long) pageCount << PhysicalMemory.PAGE_SHIFT),
                    span.pageCount - pageCount);
            span.pageCount = pageCount;
            addFree(rest);
        }
        span.owner = owner;
        spanOfPage.set(memory.pfnOf(span.start), pageCount, span.id);
        return span;
    }

    private @Nullable Span find(int pageCount) {
        for (int length = pageCount; length <= LISTS; length++) {
            steps.look();
            Span found = free[length - 1].first();
            if (found != null) {
                return found;
            }
        }
        Span best = null;
        for (Span span = free[LISTS].first(); span != null; span = span.after) {
            steps.look();
            boolean fits = span.pageCount >= pageCount;
            if (fits && (best == null || span.pageCount < best.pageCount)) {
                best = span;
            }
        }
        return best;
    }

    private @Nullable Span grow(Cpu cpu, int pageCount) {
        int run = pages.take(cpu, Math.max(pageCount, LEAST_GROWTH), tag);
        if (run == PageRuns.NONE && pageCount < LEAST_GROWTH) {
            run = pages.take(cpu, pageCount, tag);
        }
        return run == PageRuns.NONE
                ? null
                : make(pages.start(run),
                        (int) (pages.bytesOf(run) >> PhysicalMemory.PAGE_SHIFT));
    }

    private Span make(long start, int pageCount) {
        if (unused.isEmpty()) {
            Span made = new Span(spans.size(), start, pageCount);
            spans.add(made);
            return made;
        }
        int id = unused.removeLast();
        Span made = new Span(id, start, pageCount);
        spans.set(id, made);
        return made;
    }

    private void drop(Span span) {
        spans.set(span.id, null);
        unused.add(span.id);
    }

    private Span.Chain listOf(Span span) {
        return free[Math.min(span.pageCount - 1, LISTS)];
    }

    private void addFree(Span span) {
        span.owner = Span.FREE;
        int pfn = memory.pfnOf(span.start);
        spanOfPage.set(pfn, 1, span.id);
        spanOfPage.set(pfn + span.pageCount - 1, 1, span.id);
        listOf(span).addFirst(span);
    }

    /// Takes a span back and merges it with its free neighbours.
    void free(Cpu cpu, Span span) {
        int run = pages.runOf(span.start);
        long start = span.start;
        int count = span.pageCount;
        drop(span);
        steps.look(2);
        Span before = start == pages.start(run) ? null : spanAt(start - 1);
        if (before != null && before.owner == Span.FREE) {
            listOf(before).remove(before);
            drop(before);
            start = before.start;
            count += before.pageCount;
        }
        Span after = span.end() == pages.end(run) ? null : spanAt(span.end());
        if (after != null && after.owner == Span.FREE) {
            listOf(after).remove(after);
            drop(after);
            count += after.pageCount;
        }
        boolean whole = (long) count << PhysicalMemory.PAGE_SHIFT == pages.bytesOf(run);
        if (whole && freeRuns > 0) {
            pages.give(cpu, run);
        } else {
            freeRuns += whole ? 1 : 0;
            addFree(make(start, count));
        }
    }

    private boolean isWholeRun(Span span) {
        return span.bytes() == pages.bytesOf(pages.runOf(span.start));
    }

    private @Nullable Span spanAt(long address) {
        return spans.get(spanOfPage.get(memory.pfnOf(address)));
    }

    /// The span in use that holds an address; null if none does.
    @Nullable
    Span of(long address) {
        Span span = spanAt(address);
        return span != null && span.owner != Span.FREE && span.holds(address) ? span : null;
    }

    /// The span in use that holds an object of a list.
    ///
    /// @throws IllegalStateException if none does: the list is damaged
    Span ofListed(long object) {
        Span span = of(object);
        if (span == null) {
            throw new IllegalStateException(
                    "a list has 0x" + Long.toHexString(object) + ", which is in no span in use");
        }
        return span;
    }

    /// Goes through the spans in use.
    void forEachInUse(Consumer<Span> action) {
        for (Span span : spans) {
            if (span != null && span.owner != Span.FREE) {
                action.accept(span);
            }
        }
    }

    /// Bytes of the page map, of the spans' records and the list heads.
    long metadataBytes() {
        return spanOfPage.metadataBytes()
                + (long) (spans.size() - 1 - unused.size()) * Span.METADATA_BYTES
                + (LISTS + 1L) * Long.BYTES;
    }

    /// Checks I1 to I3.
    ///
    /// @throws IllegalStateException at the first thing that is not as it must be
    void validate() {
        int listed = 0;
        for (Span.Chain list : free) {
            list.validate();
            listed += list.length();
        }
        int found = 0;
        int wholeRuns = 0;
        for (int run = 0; run < pages.endRun(); run++) {
            if (pages.isHeld(run) && pages.tag(run) == tag) {
                int inRun = walkRun(run);
                found += inRun;
                Span first = spanAt(pages.start(run));
                wholeRuns += inRun == 1 && first != null && isWholeRun(first) ? 1 : 0;
            }
        }
        Validate.validState(found == listed, "%d free spans in runs, %d in lists", found, listed);
        Validate.validState(wholeRuns == freeRuns, "%d runs are free, counted %d", wholeRuns,
                freeRuns);
    }

    /// Checks that spans cover a run.
    ///
    /// @return its free spans
    private int walkRun(int run) {
        int freeSpans = 0;
        boolean beforeFree = false;
        for (long at = pages.start(run); at < pages.end(run);) {
            Span span = spanAt(at);
            if (span == null || span.start != at || span.end() > pages.end(run)) {
                throw new IllegalStateException("no span starts at 0x" + Long.toHexString(at));
            }
            boolean isFree = span.owner == Span.FREE;
            Validate.validState(!(isFree && beforeFree), "span 0x%x was not merged", at);
            freeSpans += isFree ? 1 : 0;
            beforeFree = isFree;
            at = span.end();
        }
        return freeSpans;
    }
}
