package org.kmemlab.mempool;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabAllocator;

/// Carries out the operations of a recorded mempool log and says what the recorder would have
/// printed for each.
///
/// ```text
///   mpc P MIN KIND [ARG]  create      mpa P SLOT GFP    allocate     mpf P SLOT  free
///   mpr P N               resize      mpdf P SLOT MS    free later   mpd P       destroy
///   mfail F               let `num` sources fail         kc / kd C   create / destroy a cache
/// ```
final class MempoolLogPlayer {

    private static final Map<String, GfpFlags> GFP = Map.of("K", GfpFlags.GFP_KERNEL, "A",
            GfpFlags.GFP_ATOMIC, "N", GfpFlags.GFP_NOWAIT, "IO", GfpFlags.GFP_NOIO);

    private record Pool(Mempool mempool, boolean numbered) {}

    private final Machine machine;
    private final Cpu cpu;
    private final SlabAllocator slab;
    private final NumberedSource numbers = new NumberedSource();
    private final Map<Integer, KmemCache> caches = new HashMap<>();
    private final Map<Integer, Pool> pools = new HashMap<>();
    private final Map<Integer, Long> slots = new HashMap<>();

    MempoolLogPlayer(Machine machine) {
        this.machine = machine;
        this.cpu = machine.cpu(0);
        this.slab = new SlabAllocator(new PageAllocator(machine));
    }

    /// Carries out one operation.
    ///
    /// @param words the operation and its arguments
    /// @return its result; empty for operations that print none
    String play(List<String> words) {
        int target = Integer.parseInt(words.get(1));
        int[] numbers = words.stream().skip(2)
                .mapToInt(word -> StringUtils.isNumeric(word) ? Integer.parseInt(word) : -1)
                .toArray();
        return switch (words.getFirst()) {
            case "mfail" -> setFailures(target);
            case "mpc" -> create(target, numbers[0], words.get(3), numbers);
            case "mpa" -> alloc(target, numbers[0], words.get(3));
            case "mpf" -> free(target, numbers[0]);
            case "mpdf" -> freeLater(target, numbers[0], numbers[1]);
            case "mpr" -> resize(target, numbers[0]);
            case "mpd" -> destroy(target);
            case "kc" -> createCache(target, words.get(2), numbers[1]);
            case "kd" -> destroyCache(target);
            default -> throw new IllegalArgumentException("unknown operation " + words);
        };
    }

    private Pool pool(int number) {
        return Objects.requireNonNull(pools.get(number));
    }

    private String setFailures(int mode) {
        numbers.fail(mode);
        return "";
    }

    private String create(int number, int minNr, String kind, int[] arguments) {
        ElementSource source = switch (kind) {
            case "num" -> numbers;
            case "slab" -> ElementSource.ofCache(
                    Objects.requireNonNull(caches.get(arguments[2])));
            case "kmalloc" -> ElementSource.ofKmalloc(slab.kmalloc(), arguments[2]);
            default -> ElementSource.ofPages(slab.pages(), arguments[2]);
        };
        Mempool created = Objects.requireNonNull(Mempool.create(machine, cpu, minNr, source));
        pools.put(number, new Pool(created, kind.equals("num")));
        return "min_nr=" + minNr + " curr_nr=" + created.snapshot().currNr() + " "
                + elements(number) + " " + numbers.counters();
    }

    private String alloc(int number, int slot, String gfp) {
        Pool pool = pool(number);
        long startJiffies = machine.clock().jiffies();
        long element = pool.mempool.alloc(cpu, Objects.requireNonNull(GFP.get(gfp)));
        slots.put(slot, element);
        long millis = (machine.clock().jiffies() - startJiffies) * 1000 / machine.clock().hz();
        return (element == 0 ? "NULL" : elementName(pool, element)) + " " + counts(number) + " ms="
                + millis;
    }

    private String free(int number, int slot) {
        Pool pool = pool(number);
        long element = Objects.requireNonNull(slots.remove(slot));
        pool.mempool.free(cpu, element);
        String name = pool.numbered ? elementName(pool, element) + " " : "";
        return name + counts(number) + " " + elements(number);
    }

    private String freeLater(int number, int slot, int millis) {
        long element = Objects.requireNonNull(slots.remove(slot));
        // A kernel timer runs on the first tick after its time is over, never on the tick itself.
        machine.clock().after(machine.clock().jiffiesOfMillis(millis) + 1,
                () -> pool(number).mempool.free(cpu, element));
        return "";
    }

    private String resize(int number, int minNr) {
        pool(number).mempool.resize(cpu, minNr);
        return "ret=0 " + counts(number) + " " + elements(number);
    }

    private String destroy(int number) {
        pool(number).mempool.destroy(cpu);
        return numbers.counters();
    }

    private String createCache(int number, String name, int size) {
        KmemCache cache = slab.createCache(KmemCacheArgs.of(name, size));
        caches.put(number, cache);
        return "name=" + cache.name();
    }

    private String destroyCache(int number) {
        return Objects.requireNonNull(caches.get(number)).destroy() ? "ok" : "busy";
    }

    private static String elementName(Pool pool, long element) {
        return "elem=" + (pool.numbered ? element - 1 : -1);
    }

    private String counts(int number) {
        MempoolSnapshot state = pool(number).mempool.snapshot();
        return "curr_nr=" + state.currNr() + " min_nr=" + state.minNr() + " " + numbers.counters();
    }

    private String elements(int number) {
        Pool pool = pool(number);
        String list = !pool.numbered ? ""
                : pool.mempool.snapshot().elements().stream().map(element -> " " + (element - 1))
                        .collect(Collectors.joining());
        return "elements:" + list;
    }
}
