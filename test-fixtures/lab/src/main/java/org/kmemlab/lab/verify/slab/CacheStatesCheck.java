package org.kmemlab.lab.verify.slab;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

import org.kmemlab.lab.state.RecordedCache;
import org.kmemlab.lab.steps.CacheText;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.lab.verify.KnownCauses;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.CacheSnapshot.ListedSlab;
import org.kmemlab.slab.ClassicSnapshot;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlobSnapshot;
import org.kmemlab.slab.SlubSnapshot;
import org.kmemlab.slab.SlubSnapshot.CpuView;
import org.kmemlab.slab.SlubSnapshot.NodeView;
import org.kmemlab.slab.SlubSnapshot.SlabView;

/// Compares our caches with recorded ones: every list, every chain of free objects. A cache is an
/// item.
final class CacheStatesCheck {

    private final CacheText text;
    private final SlabAllocator slabs;
    private final TraceCaches caches;
    private final ObjectBinding binding;
    private final CheckTally tally;

    CacheStatesCheck(SlabAllocator slabs, TraceCaches caches, ObjectBinding binding,
            CheckTally tally) {
        this.slabs = slabs;
        this.text = CacheText.of(slabs.settings().engine(), false);
        this.caches = caches;
        this.binding = binding;
        this.tally = tally;
    }

    void compare(List<RecordedCache> recorded) {
        recorded.forEach(this::compare);
    }

    private void compare(RecordedCache recorded) {
        tally.begin(tally.subject() + ", end state, cache " + recorded.name());
        KmemCache cache = slabs.cache(recorded.name());
        tally.compare("cache", "there", cache == null ? "missing" : "there");
        if (cache != null) {
            CacheSnapshot ours = inRecordedWords(cache.snapshot(), recorded.snapshot());
            List<String> expected = lines(recorded.snapshot());
            List<String> got = lines(ours);
            for (int i = 0; i < Math.max(expected.size(), got.size()); i++) {
                tally.compare("line " + (i + 1),
                        i < expected.size() ? expected.get(i) : "(no line)",
                        i < got.size() ? got.get(i) : "(no line)");
            }
            if (caches.isSilent(cache)) {
                tally.explain(KnownCauses.SILENT_OBJECTS);
            }
        }
        tally.end();
    }

    private CacheSnapshot inRecordedWords(CacheSnapshot ours, CacheSnapshot recorded) {
        return switch (ours) {
            case SlubSnapshot slub -> {
                bindUnknown(slub, recorded);
                yield shown(slub);
            }
            case ClassicSnapshot classic -> {
                UnknownOrder order = new UnknownOrder(binding, slabs.machine().memory());
                order.bindWaiting(classic, recorded.classic());
                yield order.shown(classic);
            }
            // SLOB has no state by cache.
            case SlobSnapshot slob -> slob;
        };
    }

    private List<String> lines(CacheSnapshot cache) {
        List<String> lines = new ArrayList<>();
        lines.add(text.line(cache));
        lines.addAll(text.chains(cache));
        return lines;
    }

    /// Objects of random order that were never handed out follow each other on both sides.
    private void bindUnknown(CacheSnapshot ours, CacheSnapshot recorded) {
        Map<Integer, List<Integer>> chains = new HashMap<>();
        recorded.listedSlabs().forEach(slab -> chains.put(slab.pfn(),
                unknown(slab, index -> binding.ownOf(slab.pfn(), index))));
        ours.listedSlabs().forEach(slab -> {
            List<Integer> theirs = chains.getOrDefault(slab.pfn(), List.of());
            List<Integer> own = unknown(slab, index -> binding.recordedOf(slab.pfn(), index));
            for (int i = 0; i < own.size() && own.size() == theirs.size(); i++) {
                binding.bind(slab.pfn(), own.get(i), theirs.get(i));
            }
        });
    }

    private static List<Integer> unknown(ListedSlab slab, IntUnaryOperator bound) {
        return slab.free().stream().filter(index -> bound.applyAsInt(index) == ObjectBinding.NONE)
                .toList();
    }

    /// Our cache with its objects in the recording's words.
    private SlubSnapshot shown(SlubSnapshot ours) {
        List<CpuView> cpus = new ArrayList<>();
        for (CpuView cpu : ours.cpus()) {
            SlabView slab = cpu.slab();
            cpus.add(new CpuView(slab == null ? null : shown(slab),
                    slab == null ? List.of() : shown(slab.pfn(), cpu.freelist()),
                    cpu.partial().stream().map(this::shown).toList(), cpu.counters()));
        }
        List<NodeView> nodes = ours.nodes().stream()
                .map(node -> new NodeView(node.slabs(), node.objects(),
                        node.partial().stream().map(this::shown).toList(),
                        node.full().stream().map(this::shown).toList()))
                .toList();
        return new SlubSnapshot(ours.name(), ours.geometry(), ours.refcount(), cpus, nodes);
    }

    private SlabView shown(SlabView slab) {
        return new SlabView(slab.pfn(), slab.order(), slab.inuse(), slab.objects(), slab.frozen(),
                shown(slab.pfn(), slab.freelist()));
    }

    private List<Integer> shown(int pfn, List<Integer> freelist) {
        return freelist.stream().map(own -> binding.recordedOf(pfn, own)).toList();
    }
}
