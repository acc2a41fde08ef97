package org.kmemlab.lab.state;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.ArrayLimits;
import org.kmemlab.slab.ClassicGeometry;
import org.kmemlab.slab.ClassicSnapshot;
import org.kmemlab.slab.ClassicSnapshot.ArrayView;
import org.kmemlab.slab.ClassicSnapshot.NodeView;
import org.kmemlab.slab.ClassicSnapshot.SlabView;
import org.kmemlab.slab.SlabFlags;

/// Collects what the lines of a dump say of one cache of the classic allocator SLAB.
///
/// ```text
///   cache NAME ctor=0 object_size=192 size=192 ... batchcount=60 shared=0 refcount=1
///   ks  cpu0[avail=2 limit=120 ...] node0[total=1 ... partial: 2586:16/21:off0 full: free:]
///   ksf cpu0 entries(bottom..top)= 2586+0 2586+192
/// ```
///
/// Which objects of a partial slab are free the lines do not tell. Where nothing speaks against it
/// they are taken for the last ones, in the order of a new slab.
final class ClassicDump implements CacheDump {

    private static final Pattern HOLDER = Pattern.compile("(cpu|node)(\\d+)\\[([^\\]]*)\\]");
    private static final Pattern SLAB = Pattern.compile("([0-9a-f]+):(\\d+)/(\\d+):off(\\d+)");
    private static final Pattern ENTRY = Pattern.compile("([0-9a-f]+)\\+(\\d+)");

    private record ListedSlab(int pfn, int active, int colour) {}

    private record Node(List<ListedSlab> partial, List<ListedSlab> full, List<ListedSlab> free,
            int freeLimit, int colourNext) {}

    private record Array(int avail, int limit, int batchCount, boolean touched) {}

    private final String name;
    private final boolean hasCtor;
    private final int refcount;
    private final ClassicGeometry geometry;
    private final Map<Integer, Array> arrays = new TreeMap<>();
    private final Map<Integer, Node> nodes = new TreeMap<>();
    private final Map<Integer, List<Long>> entries = new TreeMap<>();

    private ClassicDump(String name, boolean hasCtor, int refcount, ClassicGeometry geometry) {
        this.name = name;
        this.hasCtor = hasCtor;
        this.refcount = refcount;
        this.geometry = geometry;
    }

    static ClassicDump of(DumpLine line) throws StateFormatException {
        try {
            ArrayLimits limits = new ArrayLimits(line.decimal("limit"), line.decimal("batchcount"),
                    line.decimal("shared"));
            ClassicGeometry geometry = new ClassicGeometry(line.decimal("object_size"),
                    line.decimal("size"), line.decimal("align"), 0, line.decimal("gfporder"),
                    line.decimal("num"), line.decimal("colour"), line.decimal("colour_off"),
                    new SlabFlags(line.hex("flags")), new GfpFlags(line.hex("allocflags")),
                    limits);
            return new ClassicDump(CacheDump.nameOf(line), line.decimal("ctor") != 0,
                    line.decimal("refcount"), geometry);
        } catch (IllegalArgumentException contradiction) {
            StateFormatException failure = line.bad(String.valueOf(contradiction.getMessage()));
            failure.initCause(contradiction);
            throw failure;
        }
    }

    @Override
    public void slabs(DumpLine line) throws StateFormatException {
        Matcher holder = HOLDER.matcher(String.join(" ", line.words()));
        while (holder.find()) {
            int number = line.parse(holder.group(2), 10);
            DumpLine part = new DumpLine(line.file(), line.number(),
                    List.of(StringUtils.split(holder.group(3), ' ')));
            if (holder.group(1).equals("cpu")) {
                arrays.put(number,
                        new Array(part.decimal("avail"), part.decimal("limit"),
                                part.decimal("batch"),
                                part.decimal("touched") != 0));
            } else {
                nodes.put(number, node(part));
            }
        }
        if (nodes.isEmpty()) {
            throw line.bad("no node list");
        }
    }

    private Node node(DumpLine line) throws StateFormatException {
        Node node = new Node(listed(line, "partial:"), listed(line, "full:"),
                listed(line, "free:"), line.decimal("free_limit"), line.decimal("colour_next"));
        int slabs = node.partial.size() + node.full.size() + node.free.size();
        int free = node.free.size() * geometry.objects() + node.partial.stream()
                .mapToInt(slab -> geometry.objects() - slab.active).sum();
        requireCount(line, "total", slabs);
        requireCount(line, "free_slabs", node.free.size());
        requireCount(line, "free_objects", free);
        return node;
    }

    private static void requireCount(DumpLine line, String key, int counted)
            throws StateFormatException {
        if (line.decimal(key) != counted) {
            throw line.bad(key + "=" + line.decimal(key) + ", but " + counted + " are listed");
        }
    }

    /// The slabs behind a word, up to the next one that ends in a colon.
    private List<ListedSlab> listed(DumpLine line, String list) throws StateFormatException {
        List<ListedSlab> slabs = new ArrayList<>();
        int start = line.words().indexOf(list);
        if (start < 0) {
            throw line.bad("no list " + list);
        }
        for (String word : line.words().subList(start + 1, line.words().size())) {
            if (word.endsWith(":")) {
                break;
            }
            Matcher slab = SLAB.matcher(word);
            if (!slab.matches() || line.parse(slab.group(3), 10) != geometry.objects()) {
                throw line.bad("'" + word + "' is no slab:active/" + geometry.objects()
                        + ":off with a colour");
            }
            slabs.add(new ListedSlab(line.parse(slab.group(1), 16),
                    line.parse(slab.group(2), 10), line.parse(slab.group(4), 10)));
        }
        return slabs;
    }

    @Override
    public void freelist(DumpLine line) throws StateFormatException {
        String owner = line.words().size() > 1 ? line.words().get(1) : "";
        if (!owner.startsWith("cpu")) {
            throw line.bad("no CPU");
        }
        List<Long> objects = new ArrayList<>();
        for (String word : line.words().subList(Math.min(3, line.words().size()),
                line.words().size())) {
            Matcher entry = ENTRY.matcher(word);
            if (!entry.matches()) {
                throw line.bad("'" + word + "' is no frame+offset");
            }
            objects.add(base(line.parse(entry.group(1), 16)) + line.parse(entry.group(2), 10));
        }
        int cpu = line.parse(owner.substring("cpu".length()), 10);
        Array array = arrays.get(cpu);
        if (array == null || array.avail != objects.size()) {
            throw line.bad(objects.size() + " entries, but " + (array == null ? "no array"
                    : "avail=" + array.avail) + " for CPU " + cpu);
        }
        entries.put(cpu, objects);
    }

    private static long base(int pfn) {
        return PhysicalMemory.BASE_ADDRESS + ((long) pfn << PhysicalMemory.PAGE_SHIFT);
    }

    @Override
    public RecordedCache finish() {
        Set<Long> waiting = new HashSet<>();
        entries.values().forEach(waiting::addAll);
        List<ArrayView> cpus = new ArrayList<>();
        arrays.forEach((cpu, array) -> cpus
                .add(new ArrayView(entries.getOrDefault(cpu, List.of()), array.limit,
                        array.batchCount, array.touched)));
        List<NodeView> views = new ArrayList<>();
        nodes.values().forEach(node -> views.add(new NodeView(views(node.partial, waiting),
                views(node.full, waiting), views(node.free, waiting), node.freeLimit,
                node.colourNext, null, Map.of())));
        return new RecordedCache(new ClassicSnapshot(name, geometry, refcount, geometry.limits(),
                cpus, views, ClassicSnapshot.NO_STATS), hasCtor);
    }

    private List<SlabView> views(List<ListedSlab> slabs, Set<Long> waiting) {
        return slabs.stream().map(slab -> new SlabView(slab.pfn, slab.colour, slab.active,
                freeIndices(slab, waiting))).toList();
    }

    private List<Integer> freeIndices(ListedSlab slab, Set<Long> waiting) {
        List<Integer> free = new ArrayList<>();
        long start = base(slab.pfn) + slab.colour;
        int wanted = geometry.objects() - slab.active;
        for (int index = geometry.objects() - 1; free.size() < wanted && index >= 0; index--) {
            if (!waiting.contains(start + (long) index * geometry.size())) {
                free.addFirst(index);
            }
        }
        return free;
    }
}
