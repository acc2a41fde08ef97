package org.kmemlab.lab.verify.page;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.buddy.BadPageException;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.steps.DumpText;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.lab.verify.KnownCauses;
import org.kmemlab.lab.verify.LineWatch;
import org.kmemlab.lab.verify.page.PageEvent.Kind;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// One replay of the page events of a trace.
public final class PageTraceRun {

    private final Machine machine;
    private final PageTrace trace;
    private final BitSet pastLockedList;
    private final CheckTally tally;
    private final ZoneHappenings happenings = new ZoneHappenings();
    /// By CPU: the lines about blocks that left a zone, up to the request that they serve.
    private final Map<Integer, List<PageEvent>> takenLines = new HashMap<>();
    /// By CPU: what our last free returned to a zone and no line has shown yet.
    private final Map<Integer, List<String>> returned = new HashMap<>();
    /// By frame: the free line of the page that was freed there last.
    private final Map<Integer, Integer> lastFree = new HashMap<>();
    private final LineWatch watch;
    private final PageTraceCompanion companion;
    private PageAllocator pages;
    private OptionalInt learned = OptionalInt.empty();

    /// @param pastLockedList frees known to have found the CPU's list locked, by index
    public PageTraceRun(Machine machine, PageTrace trace, BitSet pastLockedList, CheckTally tally,
            LineWatch watch, PageTraceCompanion companion) {
        this.watch = watch;
        this.companion = companion;
        this.machine = machine;
        this.trace = trace;
        this.pastLockedList = pastLockedList;
        this.tally = tally;
        this.pages = new PageAllocator(machine);
    }

    /// Replays everything.
    ///
    /// @param mayLearn whether to stop at what changes the past
    /// @return the free that must have found the CPU's list locked, if that was learned
    public OptionalInt replay(List<RecordedState> states, boolean mayLearn) {
        load(states.getFirst().zones());
        companion.start();
        for (int index = 0; index < trace.size(); index++) {
            PageEvent event = trace.get(index);
            companion.reach(event.line());
            if (event.kind() != Kind.PCPU_DRAIN) {
                expectNoMoreReturns(event);
            }
            switch (event.kind()) {
                case ALLOC -> alloc(event);
                case FREE -> {
                    companion.freed(event);
                    lastFree.put(event.pfn(), index);
                    if (!trace.isBatched(index)) {
                        free(event, trace.isPastLockedList(index) || pastLockedList.get(index));
                    }
                }
                case FREE_BATCHED -> free(event, false);
                case PCPU_DRAIN -> drained(event);
                default -> takenLines.computeIfAbsent(event.cpu(), cpu -> new ArrayList<>())
                        .add(event);
            }
            if ((mayLearn && learned.isPresent()) || companion.mustRestart()) {
                return learned;
            }
        }
        companion.reach(Long.MAX_VALUE);
        tally.take(pastLockedList.cardinality());
        if (states.size() > 1) {
            compareEnd(states.get(1).zones());
        }
        return OptionalInt.empty();
    }

    private void load(List<ZoneState> zones) {
        pages = new PageAllocator(machine, zones);
        pages.observe(happenings);
        companion.use(pages);
    }

    private Cpu cpu(PageEvent event) {
        return machine.cpu(event.cpu());
    }

    private void begin(PageEvent event) {
        tally.begin(tally.subject() + ", line " + event.line());
    }

    private void alloc(PageEvent event) {
        GfpFlags gfp = new GfpFlags(event.gfpBits());
        boolean watched = watch.begin(event.line(), pages);
        int got = companion.request(event, cpu(event));
        if (watched) {
            watch.end(pages, "order " + event.order() + " " + gfp + " on " + cpu(event),
                    "pfn " + hex(event.pfn()), "pfn " + hex(got));
            pages.observe(happenings);
        }
        List<PageEvent> lines = takenLines.getOrDefault(event.cpu(), List.of());
        takenLines.remove(event.cpu());
        List<String> ours = happenings.drainTaken();
        boolean differs = got != event.pfn() || lines.size() != ours.size();
        for (int i = 0; i < lines.size(); i++) {
            begin(lines.get(i));
            String mine = i < ours.size() ? ours.get(i) : "(nothing)";
            differs |= !tally.compare("block taken from the zone", lines.get(i).detail(), mine);
            tally.end();
        }
        begin(event);
        tally.compare("pfn", hex(event.pfn()), hex(got));
        tally.compare("blocks taken from the zone", lines.size(), ours.size());
        tally.show(() -> DumpText.lines("bi", pages.snapshot()));
        tally.end();
        if (differs) {
            learnFrom(got);
            adopt(event, got);
        }
        lastFree.remove(event.pfn());
    }

    private static String hex(int pfn) {
        return pfn < 0 ? "none" : "0x" + Integer.toHexString(pfn);
    }

    /// A page that we hand out and the kernel does not, and that an interrupt freed last, was not on
    /// the CPU's list.
    private void learnFrom(int got) {
        Integer free = lastFree.get(got);
        if (learned.isEmpty() && free != null && trace.get(free).inInterrupt()
                && !trace.isPastLockedList(free) && !pastLockedList.get(free)) {
            learned = OptionalInt.of(free);
        }
    }

    /// Makes the kernel's answer ours.
    private void adopt(PageEvent event, int got) {
        if (got == event.pfn()) {
            return;
        }
        List<ZoneState> zones = pages.snapshot();
        if (event.pfn() >= 0) {
            zones = StateEdit.without(zones, event.pfn(), event.order());
        }
        if (got >= 0) {
            zones = StateEdit.with(zones, event.cpu(), got, event.order(), event.type());
        }
        load(zones);
        tally.take(1);
    }

    private void free(PageEvent event, boolean pastList) {
        begin(event);
        try {
            if (pastList) {
                pages.freePagesToZone(cpu(event), event.pfn(), event.order());
            } else {
                pages.freePages(cpu(event), event.pfn(), event.order());
            }
            tally.compare("state of the page", "in use", "in use");
        } catch (BadPageException notHeld) {
            tally.compare("state of the page", "in use", String.valueOf(notHeld.getMessage()));
            load(StateEdit.without(pages.snapshot(), event.pfn(), event.order()));
        }
        tally.end();
        returned.put(event.cpu(), new ArrayList<>(happenings.drainReturned()));
    }

    private void drained(PageEvent event) {
        List<String> ours = returned.getOrDefault(event.cpu(), new ArrayList<>());
        begin(event);
        tally.compare("page returned to the zone", event.detail(),
                ours.isEmpty() ? "(nothing)" : ours.removeFirst());
        tally.end();
    }

    private void expectNoMoreReturns(PageEvent event) {
        List<String> ours = returned.remove(event.cpu());
        if (ours != null && !ours.isEmpty()) {
            begin(event);
            tally.compare("pages returned to the zone before it", 0, ours.size());
            tally.end();
        }
    }

    private void compareEnd(List<ZoneState> recorded) {
        List<ZoneState> ours = pages.snapshot();
        for (String op : List.of("pb", "bi", "fl", "pcp")) {
            List<String> expected = DumpText.lines(op, recorded);
            List<String> got = DumpText.lines(op, ours);
            for (int i = 0; i < Math.max(expected.size(), got.size()); i++) {
                String line = i < expected.size() ? expected.get(i) : "(no line)";
                String mine = i < got.size() ? got.get(i) : "(no line)";
                tally.begin(tally.subject() + ", end state, " + op + " line " + (i + 1));
                tally.compare(op, line, mine);
                if (op.equals("bi") && withoutCounter(line).equals(withoutCounter(mine))) {
                    tally.explain(KnownCauses.FOLDED_COUNTER);
                }
                tally.end();
            }
        }
    }

    private static String withoutCounter(String line) {
        return StringUtils.substringBefore(line, " vm_nr_free=") + " "
                + StringUtils.substringAfter(StringUtils.substringAfter(line, " vm_nr_free="),
                        " ");
    }
}
