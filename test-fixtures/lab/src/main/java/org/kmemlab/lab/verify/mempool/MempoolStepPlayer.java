package org.kmemlab.lab.verify.mempool;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.steps.GfpWords;
import org.kmemlab.lab.steps.StepFormatException;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.lab.verify.slab.SlabStepPlayer;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.mempool.ElementSource;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.mempool.MempoolSnapshot;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabPages;

/// Carries out the operations of a log of memory pools and says what the recorder would have printed
/// for each.
///
/// ```text
///   mpc P MIN KIND [ARG]  create      mpa P SLOT GFP    allocate     mpf P SLOT  free
///   mpr P N               resize      mpdf P SLOT MS    free later   mpd P       destroy
///   mfail F               let `num` sources fail         kc / kd C   create / destroy a cache
/// ```
final class MempoolStepPlayer {

    private static final String NO_MEMORY = "NULL";

    private record Pool(Mempool mempool, boolean numbered) {}

    private final Machine machine;
    private final Cpu cpu;
    private final SlabStepPlayer objects;
    private final NumberedSource numbers = new NumberedSource();
    private final Map<Integer, Pool> pools = new HashMap<>();
    private final Map<Integer, Long> slots = new HashMap<>();

    MempoolStepPlayer(Machine machine, Cpu cpu) {
        this.machine = machine;
        this.cpu = cpu;
        PageAllocator pages = new PageAllocator(machine);
        // A log of pools does not say where the slabs of its caches lie.
        this.objects = new SlabStepPlayer(machine, cpu, pages, recorded -> SlabPages.of(pages));
    }

    /// Carries out one operation.
    ///
    /// @return its result; empty for operations that print none
    /// @throws IllegalArgumentException for an operation that is not of logs of pools
    String execute(StepLine step) {
        return switch (step.op()) {
            case "mfail" -> {
                numbers.fail(step.number(0));
                yield "";
            }
            case "mpc" -> create(step);
            case "mpa" -> alloc(step);
            case "mpf" -> free(step);
            case "mpdf" -> freeLater(step);
            case "mpr" -> resize(step);
            case "mpd" -> {
                pool(step).mempool.destroy(cpu);
                yield numbers.counters();
            }
            case "kc", "kd" -> objects.execute(step).result();
            default -> throw new IllegalArgumentException("step " + step
                    + ": not an operation of logs of memory pools");
        };
    }

    private Pool pool(StepLine step) {
        Pool pool = pools.get(step.number(0));
        if (pool == null) {
            throw new StepFormatException(step, "no such pool was created", null);
        }
        return pool;
    }

    private String create(StepLine step) {
        int minNr = step.number(1);
        String kind = step.text(2);
        SlabAllocator slab = objects.allocator();
        ElementSource source = switch (kind) {
            case "num" -> numbers;
            case "slab" -> ElementSource.ofCache(objects.cache(step, step.number(3)));
            case "kmalloc" -> ElementSource.ofKmalloc(slab.kmalloc(), step.number(3));
            case "page" -> ElementSource.ofPages(slab.pages(), step.number(3));
            default -> throw new StepFormatException(step,
                    "'" + kind + "' is no kind of pool: num, slab, kmalloc or page", null);
        };
        Mempool created = Mempool.create(machine, cpu, minNr, source);
        if (created == null) {
            return NO_MEMORY;
        }
        Pool pool = new Pool(created, kind.equals("num"));
        pools.put(step.number(0), pool);
        return "min_nr=" + minNr + " curr_nr=" + created.snapshot().currNr() + " "
                + elements(pool) + " " + numbers.counters();
    }

    private String alloc(StepLine step) {
        Pool pool = pool(step);
        long startJiffies = machine.clock().jiffies();
        long element = pool.mempool.alloc(cpu, GfpWords.parse(step.text(2)));
        slots.put(step.number(1), element);
        long millis = (machine.clock().jiffies() - startJiffies) * 1000 / machine.clock().hz();
        return (element == 0 ? NO_MEMORY : name(pool, element)) + " " + counts(pool) + " ms="
                + millis;
    }

    private String free(StepLine step) {
        Pool pool = pool(step);
        long element = takeOut(step);
        pool.mempool.free(cpu, element);
        String name = pool.numbered ? name(pool, element) + " " : "";
        return name + counts(pool) + " " + elements(pool);
    }

    private String freeLater(StepLine step) {
        Pool pool = pool(step);
        long element = takeOut(step);
        // A kernel timer runs on the first tick after its time is over, never on the tick itself.
        machine.clock().after(machine.clock().jiffiesOfMillis(step.number(2)) + 1,
                () -> pool.mempool.free(cpu, element));
        return "";
    }

    private long takeOut(StepLine step) {
        Long element = slots.remove(step.number(1));
        if (element == null) {
            throw new StepFormatException(step, "the slot holds nothing", null);
        }
        return element;
    }

    private String resize(StepLine step) {
        Pool pool = pool(step);
        pool.mempool.resize(cpu, step.number(1));
        return "ret=0 " + counts(pool) + " " + elements(pool);
    }

    private static String name(Pool pool, long element) {
        return "elem=" + (pool.numbered ? element - 1 : -1);
    }

    private String counts(Pool pool) {
        MempoolSnapshot state = pool.mempool.snapshot();
        return "curr_nr=" + state.currNr() + " min_nr=" + state.minNr() + " " + numbers.counters();
    }

    private static String elements(Pool pool) {
        List<Long> reserve = pool.numbered ? pool.mempool.snapshot().elements() : List.of();
        return "elements:" + reserve.stream().map(element -> " " + (element - 1))
                .collect(Collectors.joining());
    }
}
