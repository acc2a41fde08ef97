package org.kmemlab.lab.verify.slab;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.steps.CacheText;
import org.kmemlab.lab.steps.GfpWords;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.MisusePolicy;
import org.kmemlab.slab.ObjectPlace;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabGeometry;
import org.kmemlab.slab.SlabPages;
import org.kmemlab.slab.SlubSnapshot;
import org.kmemlab.slab.SlubStat;

/// Executes the operations of a log of objects on our allocators and answers in the log's words.
///
/// The head frame of each new slab is taken from the log. Everything else is computed: objects,
/// constructor calls, lists, free list chains and counters.
public final class SlabStepPlayer {

    private static final int EINVAL = -22;
    private static final Pattern PLACE = Pattern
            .compile("pfn=[0-9a-f]+ off=[0-9]+ slab=([0-9a-f]+) idx=([0-9]+)");

    /// An object that the log names.
    private record Place(int slab, int index) {}

    /// The counters in the order of the `stat` lines.
    private static final List<SlubStat> STAT_ORDER = statOrder();

    private final Machine machine;
    private final SlabAllocator slab;
    private final RecordedSlabPages slabPages;
    private final ObjectBinding binding;
    private final CacheText text;
    private final boolean hidesFreelists;
    private final KmallocStepPlayer kmalloc;
    private final Map<Integer, KmemCache> caches = new HashMap<>();
    private final Map<Integer, Long> slots = new HashMap<>();
    private final Map<Integer, KmemCache> slotCache = new HashMap<>();
    private final Deque<Place> named = new ArrayDeque<>();
    private int ctorCalls;
    private int masked;
    private Cpu cpu;

    /// @param cpu the CPU that the recorder runs on first
    public SlabStepPlayer(Machine machine, Cpu cpu) {
        this(machine, cpu, new PageAllocator(machine), slabPages -> slabPages,
                MisusePolicy.REFUSE);
    }

    /// @param below makes what serves slabs out of what takes their places from the log
    public SlabStepPlayer(Machine machine, Cpu cpu, PageAllocator pages,
            Function<RecordedSlabPages, SlabPages> below) {
        this(machine, cpu, pages, below, MisusePolicy.REFUSE);
    }

    /// @param misuse what happens when the log frees what it must not free
    public SlabStepPlayer(Machine machine, Cpu cpu, PageAllocator pages,
            Function<RecordedSlabPages, SlabPages> below, MisusePolicy misuse) {
        this.machine = machine;
        this.cpu = cpu;
        binding = new ObjectBinding(
                machine.config().profile().has(ConfigOption.SLAB_FREELIST_RANDOM));
        slabPages = new RecordedSlabPages(pages, binding);
        slab = new SlabAllocator(pages, below.apply(slabPages), misuse);
        slab.rcu().setGraceJiffies(0);
        slabPages.setOwnCaches(slab.caches().size());
        hidesFreelists = slab.settings().freelistHardened();
        text = CacheText.of(slab.settings().engine(), hidesFreelists);
        kmalloc = new KmallocStepPlayer(slab);
    }

    private static List<SlubStat> statOrder() {
        List<SlubStat> order = new ArrayList<>(List.of(SlubStat.values()));
        order.remove(SlubStat.CMPXCHG_DOUBLE_FAIL);
        order.add(order.indexOf(SlubStat.CMPXCHG_DOUBLE_CPU_FAIL) + 1,
                SlubStat.CMPXCHG_DOUBLE_FAIL);
        return order;
    }

    /// What an operation answers.
    ///
    /// @param result the answer on its line
    /// @param dump the lines below it
    public record Answer(String result, List<String> dump) {

        static Answer of(String result) {
            return new Answer(result, List.of());
        }
    }

    public SlabAllocator allocator() {
        return slab;
    }

    /// Values that were taken from the log so far: places of new slabs, objects of random order.
    public int taken() {
        return slabPages.newSlabs() + binding.bound();
    }

    /// Values of the log that nothing could be compared with so far.
    public int masked() {
        return masked + kmalloc.masked();
    }

    /// Executes one operation.
    ///
    /// @throws IllegalArgumentException for an operation that is not of logs of objects
    public Answer execute(StepLine step) {
        Answer answer = switch (step.op()) {
            case "km", "kmf", "kr" -> Answer.of(kmalloc.execute(step, cpu));
            case "ks" -> dump(cache(step));
            default -> Answer.of(result(step).strip());
        };
        // The recorder lets every grace period end before its next operation; no other time passes.
        machine.clock().advance(0);
        return answer;
    }

    private String result(StepLine step) {
        return switch (step.op()) {
            case "mif" -> {
                Objects.requireNonNull(cpu.task()).setMakeItFail(step.number(0) == 1);
                yield step.result();
            }
            case "cpu" -> moveTo(step.number(0));
            case "kflag" -> {
                KmemCache cache = cache(step);
                cache.setFailslab(true);
                yield "flags=" + flagWord(cache.geometry());
            }
            case "kc" -> create(step);
            case "kd" -> cache(step).destroy(cpu) ? "ok" : "left";
            case "ka", "kan" -> alloc(step);
            case "kf" -> free(step.number(0));
            case "kab" -> allocBulk(step);
            case "kfb" -> freeBulk(step);
            case "kshr" -> "ret=" + (cache(step).shrink(cpu) ? 0 : 1) + " " + state(cache(step));
            case "kst" -> state(cache(step));
            case "stat" -> stat(cache(step).snapshot().slub());
            default -> throw new IllegalArgumentException("step " + step
                    + ": not an operation of logs of objects");
        };
    }

    private String moveTo(int id) {
        boolean exists = id < machine.cpus().size();
        cpu = exists ? machine.cpu(id) : cpu;
        return (exists ? 0 : EINVAL) + " now=" + cpu.id();
    }

    private KmemCache cache(StepLine step) {
        return cache(step, step.number(0));
    }

    /// The cache that the log created under a number.
    public KmemCache cache(StepLine step, int number) {
        KmemCache cache = caches.get(number);
        if (cache == null) {
            throw new IllegalArgumentException("step " + step + ": no such cache was created");
        }
        return cache;
    }

    private String create(StepLine step) {
        KmemCacheArgs args = KmemCacheArgs.of(step.text(1), step.number(2))
                .withAlign(step.number(3))
                .withFlags(slab.settings().flagWords().flags(Integer.decode(step.text(4))));
        int kind = step.number(5);
        if (kind > 0) {
            args = args.withCtor((memory, address) -> {
                ctorCalls++;
                if (kind == 1) {
                    memory.putLong(address, 0xc0c0c0c0c0c0c0c0L);
                }
            });
        }
        KmemCache cache = slab.createCache(args);
        caches.put(step.number(0), cache);
        return "name=" + cache.name() + " "
                + text.shape(cache.geometry(), slab.settings().flagWords()) + " refcount="
                + cache.snapshot().refcount();
    }

    private String flagWord(SlabGeometry geometry) {
        return slab.settings().flagWords().hex(geometry.flags());
    }

    private String alloc(StepLine step) {
        boolean anyNode = step.op().equals("ka");
        KmemCache cache = cache(step);
        readPlaces(step);
        ctorCalls = 0;
        long address = cache.allocNode(cpu, anyNode ? KmemCache.ANY_NODE : step.number(3),
                GfpWords.parse(step.text(2)));
        keep(step.number(1), cache, address);
        return place(cache, address) + (anyNode ? " ctor=" + ctorCalls : "") + " " + state(cache);
    }

    private String free(int slot) {
        Long address = slots.remove(slot);
        if (address == null) {
            return "EMPTY";
        }
        KmemCache cache = Objects.requireNonNull(slotCache.get(slot));
        named.clear();
        String place = place(cache, address);
        cache.free(cpu, address);
        return place + " " + state(cache);
    }

    private String allocBulk(StepLine step) {
        KmemCache cache = cache(step);
        readPlaces(step);
        long[] out = new long[step.number(2)];
        int got = cache.allocBulk(cpu, GfpWords.parse(step.text(3)), out, 0, out.length);
        StringBuilder line = new StringBuilder("got=" + got);
        for (int i = 0; i < got; i++) {
            keep(step.number(1) + i, cache, out[i]);
            line.append(' ').append(place(cache, out[i]));
        }
        return line.append(' ').append(state(cache)).toString();
    }

    private String freeBulk(StepLine step) {
        KmemCache cache = cache(step);
        int first = step.number(1);
        long[] objects = IntStream.range(first, first + step.number(2))
                .mapToObj(slots::remove).filter(Objects::nonNull).mapToLong(Long::longValue)
                .toArray();
        cache.freeBulk(cpu, objects, 0, objects.length);
        return state(cache);
    }

    private void keep(int slot, KmemCache cache, long address) {
        if (address != 0) {
            slots.put(slot, address);
            slotCache.put(slot, cache);
        }
    }

    /// Reads which objects a line hands out; of their slabs, the unknown ones are new.
    private void readPlaces(StepLine step) {
        named.clear();
        Set<Integer> heads = new LinkedHashSet<>();
        Matcher place = PLACE.matcher(step.result());
        while (place.find()) {
            int head = Integer.parseInt(place.group(1), 16);
            heads.add(head);
            named.add(new Place(head, Integer.parseInt(place.group(2))));
        }
        slabPages.offer(heads);
    }

    /// Our object as the log would print it.
    private String place(KmemCache cache, long address) {
        if (address == 0) {
            return "NULL";
        }
        ObjectPlace place = slab.placeOf(address);
        if (place == null) {
            return "in no slab";
        }
        int head = place.slabPfn();
        int own = place.index();
        Place recorded = named.poll();
        if (recorded != null && recorded.slab == head) {
            binding.bind(head, own, recorded.index);
        }
        int index = binding.recordedOf(head, own);
        long shown = place.first() + (long) index * cache.geometry().size();
        int pfn = machine.memory().pfnOf(shown);
        return "pfn=" + Integer.toHexString(pfn) + " off="
                + (shown - machine.memory().addressOf(pfn)) + " slab=" + Integer.toHexString(head)
                + " idx=" + index;
    }

    /// The object that a slot holds; 0 if none.
    public long objectIn(int slot) {
        return slots.getOrDefault(slot, 0L);
    }

    /// The cache that the object of a slot was asked from.
    public KmemCache cacheOf(int slot) {
        return Objects.requireNonNull(slotCache.get(slot));
    }

    public String state(KmemCache cache) {
        return text.line(cache.snapshot());
    }

    private Answer dump(KmemCache cache) {
        CacheSnapshot snapshot = cache.snapshot();
        List<String> lines = new ArrayList<>();
        lines.add("ks  " + text.line(snapshot));
        if (!hidesFreelists) {
            text.chains(snapshot).forEach(chain -> lines.add("ksf " + chain));
        }
        return new Answer("", lines);
    }

    /// The lines of a recorded dump that can be compared: an obfuscated free list tells nothing.
    public List<String> comparable(List<String> dump) {
        if (!hidesFreelists) {
            return dump;
        }
        List<String> lines = dump.stream().filter(line -> !line.startsWith("ksf ")).toList();
        masked += dump.size() - lines.size();
        return lines;
    }

    private static String stat(SlubSnapshot cache) {
        return StringUtils.join(STAT_ORDER.stream().map(cache::counter).toList(), " ");
    }
}
