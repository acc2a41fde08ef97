package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.Task;

/// Executes a recorded step log line by line and compares every result.
///
/// The head frame of each new slab is taken from the log: the logs hold no page state. Everything
/// else is computed: objects, constructor calls, lists, free list chains and counters.
final class StepLog implements SlabPages {

    private static final int DIFFERENCES_MAX = 5;
    private static final Pattern OBJECT = Pattern.compile("pfn=[0-9a-f]+ off=[0-9]+| idx=[0-9]+");
    private static final Pattern SLAB = Pattern.compile(" slab=([0-9a-f]+)");

    /// The counters in the order of the `stat` lines.
    private static final List<SlubStat> STAT_ORDER = statOrder();

    private final SlabAllocator slab;
    private final Machine machine;
    private final StateText text;
    private final boolean hidesFreelists;
    private final boolean randomFreelist;
    private final Map<Integer, KmemCache> caches = new HashMap<>();
    private final Map<Integer, Long> slots = new HashMap<>();
    private final Map<Integer, KmemCache> slotCache = new HashMap<>();
    private final Set<Integer> livePfns = new HashSet<>();
    private final List<Integer> offeredPfns = new ArrayList<>();
    private final List<String> differences = new ArrayList<>();
    private final int bootCaches;
    private int ctorCalls;
    private int compared;
    private Cpu cpu;

    /// @param pages of the machine that was recorded
    StepLog(PageAllocator pages) {
        machine = pages.machine();
        slab = new SlabAllocator(pages, this, MisusePolicy.REFUSE);
        bootCaches = slab.caches().size();
        hidesFreelists = slab.settings().freelistHardened();
        randomFreelist = slab.settings().freelistRandom();
        text = new StateText(hidesFreelists);
        // A recording starts on the lowest CPU; with two nodes it was made on the last.
        cpu = machine.cpu(machine.config().nodes() > 1 ? machine.cpus().size() - 1 : 0);
    }

    private static List<SlubStat> statOrder() {
        List<SlubStat> order = new ArrayList<>(List.of(SlubStat.values()));
        order.remove(SlubStat.CMPXCHG_DOUBLE_FAIL);
        order.add(order.indexOf(SlubStat.CMPXCHG_DOUBLE_CPU_FAIL) + 1,
                SlubStat.CMPXCHG_DOUBLE_FAIL);
        return order;
    }

    @Override
    public int alloc(Cpu onCpu, int node, GfpFlags gfp, int order, int owner) {
        if (owner <= bootCaches) {
            // Nothing is known of the slabs that kmalloc had before the recording.
            return slab.pages().allocPagesNode(onCpu, node, gfp, order);
        }
        if (offeredPfns.isEmpty()) {
            return PageAllocator.NONE;
        }
        int pfn = offeredPfns.removeFirst();
        livePfns.add(pfn);
        return pfn;
    }

    @Override
    public void free(Cpu onCpu, int pfn, int order) {
        if (!livePfns.remove(pfn)) {
            slab.pages().freePages(onCpu, pfn, order);
        }
    }

    @Override
    public int nodeOf(int pfn) {
        return slab.pages().memMap().nodeOf(pfn);
    }

    /// What differed: line number, expected and found; the first ones only.
    List<String> differences() {
        return differences;
    }

    /// How many results were compared.
    int compared() {
        return compared;
    }

    SlabAllocator allocator() {
        return slab;
    }

    /// Executes all lines.
    void run(List<String> lines) {
        int at = 0;
        while (at < lines.size()) {
            int end = at + 1;
            while (end < lines.size() && lines.get(end).startsWith("  ")) {
                end++;
            }
            String line = lines.get(at);
            String number = StringUtils.substringBefore(line, " ");
            String operation = StringUtils.substringBefore(
                    StringUtils.substringAfter(line, " "), " =>");
            String result = StringUtils.substringAfter(line, " => ");
            List<String> words = List.of(operation.split(" "));
            execute(number, words, result, lines.subList(at + 1, end));
            machine.clock().advance(slab.rcu().graceJiffies());
            at = end;
        }
    }

    private void execute(String line, List<String> words, String result, List<String> dump) {
        switch (words.getFirst()) {
            case "say", "bi", "ap", "fp" -> {}
            case "mif" -> task().setMakeItFail(number(words, 1) == 1);
            case "km" -> checkOnlySize(line, kmalloc(words), result);
            case "kmf" -> slab.kmalloc().kfree(cpu,
                    Objects.requireNonNullElse(slots.remove(number(words, 1)), 0L));
            case "kflag" -> {
                KmemCache cache = caches.get(number(words, 1));
                cache.setFailslab(true);
                check(line, "flags=0x" + Integer.toHexString(cache.geometry().flags().bits()),
                        result);
            }
            case "cpu" -> cpu = machine.cpu(number(words, 1));
            case "kc" -> check(line, create(words), result);
            case "kd" -> check(line, caches.get(number(words, 1)).destroy(cpu) ? "ok" : "left",
                    result);
            case "ka" -> check(line, alloc(words, gfp(words.get(3)), KmemCache.ANY_NODE, result),
                    result);
            case "kan" -> check(line,
                    alloc(words, gfp(words.get(3)), number(words, 4), result), result);
            case "kf" -> check(line, free(number(words, 1)), result);
            case "kab" -> check(line, allocBulk(words, result), result);
            case "kfb" -> check(line, freeBulk(words), result);
            case "kshr" -> {
                KmemCache cache = caches.get(number(words, 1));
                check(line, "ret=" + (cache.shrink(cpu) ? 0 : 1) + " " + state(cache), result);
            }
            case "kst" -> check(line, state(caches.get(number(words, 1))), result);
            case "ks" -> checkDump(line, caches.get(number(words, 1)), dump);
            case "stat" -> check(line, stat(caches.get(number(words, 1))), result);
            default -> throw new IllegalArgumentException(
                    "line " + line + ": unknown operation " + words.getFirst());
        }
    }

    private Task task() {
        return Objects.requireNonNull(cpu.task());
    }

    private String kmalloc(List<String> words) {
        long address = slab.kmalloc().kmalloc(cpu, Long.parseLong(words.get(2)),
                gfp(words.get(3)));
        if (address == 0) {
            return "NULL";
        }
        slots.put(number(words, 1), address);
        return "ok ksize=" + slab.kmalloc().ksize(address);
    }

    private void checkOnlySize(String line, String mine, String recorded) {
        check(line, mine, StringUtils.substringBefore(recorded, " pfn="));
    }

    private String create(List<String> words) {
        KmemCacheArgs args = KmemCacheArgs.of(words.get(2), number(words, 3))
                .withAlign(number(words, 4)).withFlags(new SlabFlags(Integer.decode(words.get(5))));
        int kind = number(words, 6);
        if (kind > 0) {
            args = args.withCtor((memory, address) -> {
                ctorCalls++;
                if (kind == 1) {
                    memory.putLong(address, 0xc0c0c0c0c0c0c0c0L);
                }
            });
        }
        KmemCache cache = slab.createCache(args);
        caches.put(number(words, 1), cache);
        SlabGeometry g = cache.geometry();
        return "name=" + cache.name() + " object_size=" + g.objectSize() + " size=" + g.size()
                + " inuse=" + g.inuse() + " offset=" + g.offset() + " align=" + g.align()
                + " red_left_pad=" + g.redLeftPad() + " order=" + g.order() + " objs="
                + g.objects() + " min_order=" + g.minOrder() + " min_objs=" + g.minObjects()
                + " min_partial=" + g.minPartial() + " cpu_partial=" + g.cpuPartial()
                + " cpu_partial_slabs=" + g.cpuPartialSlabs() + " flags=0x"
                + Integer.toHexString(g.flags().bits()) + " allocflags=0x"
                + Integer.toHexString(g.allocFlags().bits()) + " refcount="
                + cache.snapshot().refcount();
    }

    private String alloc(List<String> words, GfpFlags gfp, int node, String result) {
        KmemCache cache = caches.get(number(words, 1));
        offer(result);
        ctorCalls = 0;
        long address = cache.allocNode(cpu, node, gfp);
        keep(number(words, 2), cache, address);
        String ctor = words.getFirst().equals("ka") ? " ctor=" + ctorCalls : "";
        return place(cache, address) + ctor + " " + state(cache);
    }

    private String free(int slot) {
        Long address = slots.remove(slot);
        if (address == null) {
            return "EMPTY";
        }
        KmemCache cache = slotCache.get(slot);
        String place = place(cache, address);
        cache.free(cpu, address);
        return place + " " + state(cache);
    }

    private String allocBulk(List<String> words, String result) {
        KmemCache cache = caches.get(number(words, 1));
        offer(result);
        long[] out = new long[number(words, 3)];
        int got = cache.allocBulk(cpu, gfp(words.get(4)), out, 0, out.length);
        StringBuilder line = new StringBuilder("got=" + got);
        for (int i = 0; i < got; i++) {
            keep(number(words, 2) + i, cache, out[i]);
            line.append(' ').append(place(cache, out[i]));
        }
        return line.append(' ').append(state(cache)).toString();
    }

    private String freeBulk(List<String> words) {
        KmemCache cache = caches.get(number(words, 1));
        int first = number(words, 2);
        long[] objects = IntStream.range(first, first + number(words, 3)).filter(slots::containsKey)
                .mapToLong(slots::remove).toArray();
        cache.freeBulk(cpu, objects, 0, objects.length);
        return state(cache);
    }

    private void keep(int slot, KmemCache cache, long address) {
        if (address != 0) {
            slots.put(slot, address);
            slotCache.put(slot, cache);
        }
    }

    /// Offers the new slabs that a line names, in the order of their first object.
    private void offer(String result) {
        Set<Integer> named = new LinkedHashSet<>();
        Matcher matcher = SLAB.matcher(result);
        while (matcher.find()) {
            named.add(Integer.parseInt(matcher.group(1), 16));
        }
        named.removeAll(livePfns);
        offeredPfns.clear();
        offeredPfns.addAll(named);
    }

    private String place(KmemCache cache, long address) {
        if (address == 0) {
            return "NULL";
        }
        Slab holder = slab.table().at(address);
        int pfn = machine.memory().pfnOf(address);
        return "pfn=" + Integer.toHexString(pfn) + " off="
                + (address - machine.memory().addressOf(pfn)) + " slab="
                + (holder == null || holder.cache != cache.live() ? "none"
                        : Integer.toHexString(holder.pfn) + " idx=" + holder.indexOf(address));
    }

    private String state(KmemCache cache) {
        return text.line(cache.snapshot());
    }

    private String stat(KmemCache cache) {
        CacheSnapshot snapshot = cache.snapshot();
        return StringUtils.join(STAT_ORDER.stream().map(snapshot::counter).toList(), " ");
    }

    private void checkDump(String line, KmemCache cache, List<String> dump) {
        CacheSnapshot snapshot = cache.snapshot();
        List<String> expected = new ArrayList<>();
        expected.add("ks  " + text.line(snapshot));
        if (!hidesFreelists) {
            text.chains(snapshot).forEach(chain -> expected.add("ksf " + chain));
        }
        List<String> found = dump.stream().map(String::strip)
                .filter(row -> !hidesFreelists || row.startsWith("ks ")).toList();
        check(line, String.join("\n", expected), String.join("\n", found));
    }

    private void check(String line, String mine, String recorded) {
        compared++;
        if (!masked(mine).equals(masked(recorded)) && differences.size() < DIFFERENCES_MAX) {
            differences.add("line " + line + "\n  recorded " + recorded + "\n  found    " + mine);
        }
    }

    /// Which object of a slab is next depends on a seed that no recording of a randomised free list
    /// gives; which slab, and everything else, does not.
    private String masked(String result) {
        return randomFreelist ? OBJECT.matcher(result).replaceAll("").strip() : result.strip();
    }

    private static int number(List<String> words, int index) {
        return Integer.parseInt(words.get(index));
    }

    private static GfpFlags gfp(String text) {
        GfpFlags flags = GfpFlags.NONE;
        for (String word : StringUtils.split(text, '+')) {
            flags = flags.with(switch (word) {
                case "K" -> GfpFlags.GFP_KERNEL;
                case "A" -> GfpFlags.GFP_ATOMIC;
                case "N" -> GfpFlags.GFP_NOWAIT;
                case "W" -> GfpFlags.NOWARN;
                case "Z" -> GfpFlags.ZERO;
                case "T" -> GfpFlags.THISNODE;
                case "R" -> GfpFlags.RECLAIMABLE;
                case "D" -> GfpFlags.GFP_DMA;
                case "ACC" -> GfpFlags.ACCOUNT;
                default -> throw new IllegalArgumentException("unknown gfp word " + word);
            });
        }
        return flags;
    }
}
