package org.kmemlab.lab.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.lang3.StringUtils;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlubGeometry;
import org.kmemlab.slab.SlubSnapshot;
import org.kmemlab.slab.SlubSnapshot.CpuView;
import org.kmemlab.slab.SlubSnapshot.NodeView;
import org.kmemlab.slab.SlubSnapshot.SlabView;
import org.kmemlab.slab.SlubStat;

/// Collects what the lines of a dump say of one SLUB cache.
///
/// ```text
///   cache NAME ctor=0 object_size=192 size=192 ... refcount=1
///   ks  cpu0[2a97:19/21:f1:cfl10] cpartial0[2a00:16/21:f1:left1] node0[... tot=21: 283a:0/21:f0]
///   ksf cpu0 slab=2a97 cfreelist=8,7 sfreelist=3,6       chains of free objects, next one first
/// ```
final class SlubDump implements CacheDump {

    private static final Pattern LIST = Pattern.compile("(cpu|cpartial|node)(\\d+)\\[([^\\]]*)\\]");
    private static final Pattern SLAB = Pattern
            .compile("([0-9a-f]+):(\\d+)/(\\d+):f([01])(?::[a-z]+-?\\d+)?");

    private final String name;
    private final boolean hasCtor;
    private final int refcount;
    private final SlubGeometry geometry;
    private final Map<Integer, List<ListedSlab>> cpuSlabs = new TreeMap<>();
    private final Map<Integer, List<ListedSlab>> cpuPartials = new TreeMap<>();
    private final Map<Integer, List<ListedSlab>> nodePartials = new TreeMap<>();
    private final Map<Integer, long[]> nodeTotals = new HashMap<>();
    private final Map<Integer, List<ListedSlab>> nodeFull = new TreeMap<>();
    private final Map<Integer, List<Integer>> slabFreelists = new HashMap<>();
    private final Map<Integer, List<Integer>> cpuFreelists = new HashMap<>();

    private record ListedSlab(int pfn, int inuse, int objects, boolean frozen) {}

    private SlubDump(String name, boolean hasCtor, int refcount, SlubGeometry geometry) {
        this.name = name;
        this.hasCtor = hasCtor;
        this.refcount = refcount;
        this.geometry = geometry;
    }

    /// A cache from its `cache` line.
    static SlubDump of(DumpLine line) throws StateFormatException {
        SlubGeometry geometry = new SlubGeometry(line.decimal("object_size"), line.decimal("size"),
                line.decimal("inuse"), line.decimal("offset"), line.decimal("align"),
                line.decimal("red_left_pad"), line.decimal("order"), line.decimal("objs"),
                line.decimal("min_order"), line.decimal("min_objs"), line.decimal("min_partial"),
                line.decimal("cpu_partial"), line.decimal("cpu_partial_slabs"),
                new SlabFlags(line.hex("flags")), new GfpFlags(line.hex("allocflags")));
        return new SlubDump(CacheDump.nameOf(line), line.decimal("ctor") != 0,
                line.decimal("refcount"),
                geometry);
    }

    /// Takes the cache's `ks` line.
    @Override
    public void slabs(DumpLine line) throws StateFormatException {
        Matcher list = LIST.matcher(String.join(" ", line.words()));
        while (list.find()) {
            int number = line.parse(list.group(2), 10);
            String content = list.group(3);
            switch (list.group(1)) {
                case "cpu" -> cpuSlabs.put(number, listed(line, content));
                case "cpartial" -> cpuPartials.put(number, listed(line, content));
                default -> {
                    int colon = content.indexOf(':');
                    DumpLine totals = new DumpLine(line.file(), line.number(),
                            List.of(StringUtils.split(content.substring(0, Math.max(0, colon)),
                                    ' ')));
                    nodeTotals.put(number,
                            new long[] {totals.decimal("nr_slabs"), totals.decimal("tot")});
                    nodePartials.put(number, listed(line, content.substring(colon + 1)));
                }
            }
        }
        if (nodePartials.isEmpty()) {
            throw line.bad("no node list");
        }
    }

    private static List<ListedSlab> listed(DumpLine line, String content)
            throws StateFormatException {
        List<ListedSlab> slabs = new ArrayList<>();
        for (String text : StringUtils.split(content, ' ')) {
            Matcher slab = SLAB.matcher(text);
            if (!slab.matches()) {
                throw line.bad("'" + text + "' is no slab:inuse/objects:frozen");
            }
            slabs.add(new ListedSlab(line.parse(slab.group(1), 16), line.parse(slab.group(2), 10),
                    line.parse(slab.group(3), 10), slab.group(4).equals("1")));
        }
        return slabs;
    }

    /// Takes a `ksf` line.
    @Override
    public void freelist(DumpLine line) throws StateFormatException {
        String owner = line.words().size() > 1 ? line.words().get(1) : "";
        int pfn = line.hex("slab");
        if (owner.startsWith("nodefull")) {
            nodeFull.computeIfAbsent(line.parse(owner.substring("nodefull".length()), 10),
                    node -> new ArrayList<>()).add(
                            new ListedSlab(pfn, line.decimal("inuse"), line.decimal("inuse"),
                                    false));
            return;
        }
        slabFreelists.put(pfn, line.decimals("sfreelist"));
        if (line.has("cfreelist")) {
            cpuFreelists.put(pfn, line.decimals("cfreelist"));
        }
    }

    /// All that was said.
    @Override
    public RecordedCache finish() {
        List<CpuView> cpus = new ArrayList<>();
        cpuSlabs.forEach((cpu, slabs) -> {
            ListedSlab slab = slabs.isEmpty() ? null : slabs.getFirst();
            cpus.add(new CpuView(slab == null ? null : view(slab),
                    slab == null ? List.of() : cpuFreelists.getOrDefault(slab.pfn, List.of()),
                    views(cpuPartials.get(cpu)), noCounters()));
        });
        List<NodeView> nodes = new ArrayList<>();
        nodePartials.forEach((node, slabs) -> {
            long[] totals = nodeTotals.getOrDefault(node, new long[2]);
            nodes.add(new NodeView(totals[0], totals[1], views(slabs), views(nodeFull.get(node))));
        });
        return new RecordedCache(new SlubSnapshot(name, geometry, refcount, cpus, nodes), hasCtor);
    }

    private List<SlabView> views(@Nullable List<ListedSlab> slabs) {
        return slabs == null ? List.of() : slabs.stream().map(this::view).toList();
    }

    private SlabView view(ListedSlab slab) {
        int order = slab.objects == geometry.objects() ? geometry.order() : geometry.minOrder();
        return new SlabView(slab.pfn, order, slab.inuse, slab.objects, slab.frozen,
                slabFreelists.getOrDefault(slab.pfn, List.of()));
    }

    private static List<Long> noCounters() {
        List<Long> counters = new ArrayList<>();
        for (int i = 0; i < SlubStat.values().length; i++) {
            counters.add(0L);
        }
        return counters;
    }
}
