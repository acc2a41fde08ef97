package org.kmemlab.lab.verify.slab;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.lab.verify.KnownCauses;
import org.kmemlab.lab.verify.page.PageEvent;
import org.kmemlab.lab.verify.page.PageTraceCompanion;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.slab.CacheState;
import org.kmemlab.slab.ClassicSnapshot;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.MisusePolicy;
import org.kmemlab.slab.ObjectPlace;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabPages;

/// Plays the object events of a trace on our slab layer, beside the page events.
///
/// A slab's pages are requested when the trace shows their request, by executing the allocation
/// that needs them; its event comes some lines later. They are freed when the trace shows that;
/// our slab layer must have let go of them before.
final class SlabTraceSide extends PageTraceCompanion implements SlabPages {

    private final Machine machine;
    private final ObjectTrace trace;
    private final CheckTally tally;
    private SlabAllocator slabs;
    private final TraceCaches caches;
    private final LiveSlabs live;
    private final ObjectBinding binding;
    private final SilentObjects silent;
    /// By index of the event: what was handed out before its line.
    private final Map<Integer, Long> early = new HashMap<>();
    /// Pages that our slab layer let go and the trace has not freed so far.
    private final Set<Integer> released = new HashSet<>();
    private final EarlyObjects earlyObjects;
    private int next;
    private @Nullable PageEvent pending;
    private @Nullable KmemCache growing;
    private int asked = PageAllocator.NONE;

    SlabTraceSide(Machine machine, List<RecordedState> recorded, ObjectTrace trace,
            CheckTally tally, EarlyObjects earlyObjects) {
        this.earlyObjects = earlyObjects;
        RecordedState state = recorded.getFirst();
        this.machine = machine;
        this.trace = trace;
        this.tally = tally;
        this.binding = new ObjectBinding(
                machine.config().profile().has(ConfigOption.SLAB_FREELIST_RANDOM));
        this.live = new LiveSlabs(machine.memory());
        List<CacheState> states = state.cacheStates();
        use(new PageAllocator(machine, state.zones()));
        this.slabs = new SlabAllocator(pages(), this, MisusePolicy.REFUSE, states);
        slabs.rcu().setGraceJiffies(0);
        states.forEach(cache -> {
            live.addAll(cache.snapshot());
            if (cache.snapshot() instanceof ClassicSnapshot classic) {
                new UnknownOrder(binding, machine.memory()).learn(classic);
            }
        });
        this.caches = new TraceCaches(slabs, trace, live,
                recorded.size() > 1 ? recorded.get(1).caches() : List.of());
        this.silent = new SilentObjects(slabs, live, tally);
    }

    @Override
    public int alloc(Cpu cpu, int node, GfpFlags gfp, int order, int owner) {
        PageEvent event = pending;
        KmemCache cache = growing;
        if (event == null || cache == null) {
            return PageAllocator.NONE;
        }
        pending = null;
        tally.compare("order", event.order(), order);
        tally.compare("flags", new GfpFlags(event.gfpBits()).toString(), gfp.toString());
        asked = pages().allocPagesNode(cpu, node, new GfpFlags(event.gfpBits()), event.order());
        if (event.pfn() == PageAllocator.NONE) {
            return PageAllocator.NONE;
        }
        binding.born(event.pfn());
        live.born(event.pfn(), order, cache);
        return event.pfn();
    }

    @Override
    public void free(Cpu cpu, int pfn, int order) {
        live.died(pfn);
        released.add(pfn);
    }

    @Override
    public int nodeOf(int pfn) {
        return pages().memMap().nodeOf(pfn);
    }

    @Override
    public int request(PageEvent event, Cpu cpu) {
        SlabLife life = trace.lifeOf(event);
        KmemCache cache = life == null ? null : caches.of(life);
        if (life == null || cache == null) {
            return super.request(event, cpu);
        }
        ObjectEvent first = trace.get(life.firstEvent);
        boolean triggered = life.isTriggered && first.cpu() == event.cpu()
                && first.pid() == event.pid() && first.inInterrupt() == event.inInterrupt();
        pending = event;
        growing = cache;
        asked = PageAllocator.NONE;
        tally.begin(tally.subject() + ", line " + event.line() + ", slab of " + cache.name());
        int node = triggered ? first.node() : KmemCache.ANY_NODE;
        GfpFlags gfp = new GfpFlags(triggered ? first.gfpBits() : event.gfpBits());
        long object = take(cache, cpu, node, gfp);
        tally.compare("asked for by the slab layer", "yes", pending == null ? "yes" : "no");
        while (pending != null && object != 0) {
            silent.handedOut(object);
            object = take(cache, cpu, node, gfp);
        }
        if (triggered) {
            early.put(life.firstEvent, object);
        } else {
            silent.handedOut(object);
            tally.explain(KnownCauses.SILENT_OBJECTS);
        }
        if (caches.isSilent(cache)) {
            tally.explain(KnownCauses.SILENT_OBJECTS);
        }
        tally.end();
        if (pending != null) {
            pending = null;
            return super.request(event, cpu);
        }
        return asked;
    }

    private long take(KmemCache cache, Cpu cpu, int node, GfpFlags gfp) {
        long object = cache.allocNode(cpu, node, gfp);
        ObjectPlace place = slabs.placeOf(object);
        if (place != null) {
            live.place(place);
            live.setInUse(object, true);
        }
        return object;
    }

    @Override
    public void freed(PageEvent event) {
        LiveSlabs.Slab slab = live.startingAt(event.pfn());
        if (slab != null && !released.contains(event.pfn())) {
            // A grace period has ended, if the slab waited for one.
            machine.clock().advance(1);
        }
        boolean let = released.remove(event.pfn());
        if (!let && slab == null) {
            return;
        }
        tally.begin(tally.subject() + ", line " + event.line() + ", pages of a slab");
        tally.compare("given up by the slab layer", "yes", let ? "yes" : "no");
        if (!let && slab != null) {
            KmemCache cache = Objects.requireNonNull(slabs.cache(slab.cacheName()));
            if (caches.isSilent(cache)) {
                tally.explain(KnownCauses.SILENT_OBJECTS);
            }
            giveUp(slab);
        }
        tally.end();
    }

    /// Makes our slab layer forget a slab whose pages the kernel frees: its objects must have come
    /// back without an event.
    private void giveUp(LiveSlabs.Slab slab) {
        List<Long> lost = live.objectsInUse(slab);
        lost.forEach(object -> live.setInUse(object, false));
        tally.take(1 + lost.size());
        live.died(slab.pfn());
        List<CacheState> states = slabs.caches().stream().map(CacheStateEdit::of)
                .map(state -> state.snapshot().name().equals(slab.cacheName())
                        ? CacheStateEdit.without(state, slab, nodeOf(slab.pfn()))
                        : state)
                .toList();
        useSlabs(new SlabAllocator(pages(), this, MisusePolicy.REFUSE, states));
        for (LiveSlabs.Slab full : live.full()) {
            long address = live.addressOf(full, 0);
            if (slabs.cacheOf(address) == null) {
                slabs.adoptFullSlab(Objects.requireNonNull(slabs.cache(full.cacheName())), address);
            }
        }
    }

    private void useSlabs(SlabAllocator now) {
        slabs = now;
        slabs.rcu().setGraceJiffies(0);
        caches.use(now);
        silent.use(now);
    }

    @Override
    public void reach(long line) {
        while (next < trace.size() && trace.get(next).line() < line) {
            ObjectEvent event = trace.get(next);
            takeEarly(event.line());
            if (!event.isLarge() && !event.life().isLarge) {
                if (event.isAlloc()) {
                    alloc(event, next);
                } else {
                    free(event);
                }
            }
            next++;
        }
        takeEarly(line);
    }

    /// Hands out the objects that were taken before an interrupt and printed after it.
    private void takeEarly(long line) {
        while (earlyObjects.isDue(line)) {
            int index = earlyObjects.nextDue();
            ObjectEvent event = trace.get(index);
            KmemCache cache = caches.of(event);
            if (cache != null) {
                early.put(index, take(cache, machine.cpu(event.cpu()), event.node(),
                        new GfpFlags(event.gfpBits())));
            }
        }
    }

    @Override
    public boolean mustRestart() {
        return earlyObjects.hasLearned();
    }

    private void begin(ObjectEvent event, KmemCache cache) {
        tally.begin(tally.subject() + ", line " + event.line() + " (" + cache.name() + ")");
        if (caches.isSilent(cache)) {
            tally.explain(KnownCauses.SILENT_OBJECTS);
        }
    }

    private void alloc(ObjectEvent event, int index) {
        KmemCache cache = caches.of(event);
        Long before = early.remove(index);
        if (cache == null) {
            tally.mask(1);
            return;
        }
        Cpu cpu = machine.cpu(event.cpu());
        GfpFlags gfp = new GfpFlags(event.gfpBits());
        long got = before != null ? before : take(cache, cpu, event.node(), gfp);
        begin(event, cache);
        String mine = got == 0 ? "none" : shown(got, event.pointer());
        boolean equal = tally.compare("object", Long.toHexString(event.pointer()), mine);
        if (!equal && !caches.isSilent(cache)) {
            earlyObjects.learn(index, trace.interruptBefore(index), event.inInterrupt());
        }
        if (!equal) {
            silent.adoptAllocated(cache, cpu, ownOf(event.pointer()), got);
        }
        tally.end();
    }

    /// Our object in the recording's words; one of unknown order is taken from there.
    private String shown(long object, long recorded) {
        LiveSlabs.Slab slab = live.at(object);
        if (slab == null) {
            return Long.toHexString(object);
        }
        int own = live.indexOf(slab, object);
        if (slab.equals(live.at(recorded))) {
            binding.bind(slab.pfn(), own, live.indexOf(slab, recorded));
        }
        int index = binding.recordedOf(slab.pfn(), own);
        return index == ObjectBinding.NONE
                ? "an unknown object of slab 0x" + Integer.toHexString(slab.pfn())
                : Long.toHexString(live.addressOf(slab, index));
    }

    /// Our object for a recorded address; 0 if we have no slab there.
    private long ownOf(long recorded) {
        LiveSlabs.Slab slab = live.at(recorded);
        if (slab == null) {
            return 0;
        }
        int index = live.indexOf(slab, recorded);
        int own = binding.ownOf(slab.pfn(), index);
        if (own == ObjectBinding.NONE) {
            own = unboundInUse(slab);
            binding.bind(slab.pfn(), own, index);
        }
        return live.addressOf(slab, own);
    }

    private int unboundInUse(LiveSlabs.Slab slab) {
        int unbound = 0;
        for (int own = slab.objects() - 1; own >= 0; own--) {
            if (binding.recordedOf(slab.pfn(), own) == ObjectBinding.NONE) {
                unbound = own;
                if (live.isInUse(live.addressOf(slab, own))) {
                    return own;
                }
            }
        }
        return unbound;
    }

    private void free(ObjectEvent event) {
        KmemCache cache = caches.of(event);
        long own = ownOf(event.pointer());
        if (own == 0 && cache != null && silent.adoptFull(cache, event.pointer())) {
            own = event.pointer();
        }
        if (cache == null || own == 0) {
            tally.mask(1);
            return;
        }
        begin(event, cache);
        boolean inUse = live.isInUse(own);
        tally.compare("object", "in use", inUse ? "in use" : "free");
        KmemCache owner = slabs.cacheOf(own);
        tally.compare("cache", cache.name(), owner == null ? "none" : owner.name());
        Cpu cpu = machine.cpu(event.cpu());
        if (!inUse) {
            inUse = silent.takeOut(cache, cpu, own);
        }
        if (inUse) {
            silent.giveBack(cpu, own);
        }
        tally.end();
    }

    /// Compares the caches with the state after the last event.
    void compareEnd(RecordedState recorded) {
        new CacheStatesCheck(slabs, caches, binding, tally).compare(recorded.caches());
        tally.take(binding.bound());
        slabs.validate();
    }

}
