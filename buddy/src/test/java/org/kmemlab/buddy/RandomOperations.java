package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;

import org.kmemlab.buddy.Operation.Kind;
import org.kmemlab.machine.MachineConfig;

/// An endless sequence of operations that follows from the machine's seed alone.
///
/// Phases in which memory fills up and phases in which it empties take turns, so that exhaustion
/// and large free blocks both come up again and again. Every third machine sees no urgent requests,
/// which set pageblocks apart.
final class RandomOperations implements Iterator<Operation> {

    private static final int PHASE_OPERATIONS = 4_096;
    /// Of how many draws a [Share] speaks.
    private static final int MANY = 100_000;
    /// What is done besides taking and giving back.
    private static final List<Share> SHARES = List.of(new Share(Kind.RELOAD, 10),
            new Share(Kind.DRAIN, 100), new Share(Kind.TICK, 200), new Share(Kind.BAD_FREE, 500),
            new Share(Kind.SPLIT, 1_500), new Share(Kind.EXACT, 1_500),
            new Share(Kind.BULK, 1_500), new Share(Kind.FREE_TO_ZONE, 2_000));

    /// How often something is done.
    private record Share(Kind kind, int ofMany) {}

    private static final List<GfpFlags> REQUESTS = requests();

    private final SplittableRandom random;
    private final int cpus;
    private final int nodes;
    private final boolean urgent;
    private int count;
    private int growPercent;
    private boolean largeBlocks;

    /// The operations for a machine, by its seed.
    RandomOperations(MachineConfig config) {
        random = new SplittableRandom(config.seed());
        cpus = config.cpus();
        nodes = config.nodes();
        urgent = random.nextInt(3) != 0;
    }

    private static List<GfpFlags> requests() {
        GfpFlags all = GfpFlags.MEMALLOC;
        return List.of(GfpFlags.GFP_KERNEL, GfpFlags.GFP_KERNEL.with(GfpFlags.RECLAIMABLE),
                GfpFlags.GFP_HIGHUSER_MOVABLE, GfpFlags.GFP_HIGHUSER_MOVABLE, GfpFlags.GFP_NOWAIT,
                GfpFlags.GFP_ATOMIC, GfpFlags.GFP_DMA, GfpFlags.GFP_DMA32,
                GfpFlags.GFP_KERNEL.with(GfpFlags.NORETRY), GfpFlags.GFP_TRANSHUGE_LIGHT, all,
                all.with(GfpFlags.MOVABLE), all.with(GfpFlags.RECLAIMABLE),
                all.with(GfpFlags.HIGHMEM).with(GfpFlags.MOVABLE), all.with(GfpFlags.THISNODE),
                GfpFlags.GFP_NOWAIT.with(GfpFlags.THISNODE));
    }

    /// The first operations for a machine.
    static List<Operation> first(MachineConfig config, int operations) {
        RandomOperations source = new RandomOperations(config);
        List<Operation> list = new ArrayList<>();
        while (source.count < operations) {
            list.add(source.next());
        }
        return list;
    }

    /// How many it gave out.
    int count() {
        return count;
    }

    @Override
    public boolean hasNext() {
        return true;
    }

    @Override
    public Operation next() {
        if (count++ % PHASE_OPERATIONS == 0) {
            growPercent = random.nextInt(35, 66);
            largeBlocks = random.nextInt(4) == 0;
        }
        Kind kind = kind(random.nextInt(MANY));
        int cpu = random.nextInt(cpus);
        int node = nodes == 1 || random.nextInt(4) != 0 ? -1 : random.nextInt(nodes);
        int order = random.nextInt(11);
        order = largeBlocks ? order : Math.min(order, random.nextInt(random.nextInt(1, 12)));
        GfpFlags gfp = REQUESTS.get(random.nextInt(REQUESTS.size()));
        gfp = urgent ? gfp : gfp.without(GfpFlags.HIGH);
        int pick = random.nextInt(1 << 20);
        return switch (kind) {
            case ALLOC, BULK, EXACT -> new Operation(kind, cpu, node, gfp, order, pick);
            case BAD_FREE -> new Operation(kind, cpu, -1, GfpFlags.NONE, order, pick);
            case FREE, FREE_TO_ZONE, SPLIT -> new Operation(kind, cpu, -1, GfpFlags.NONE, 0, pick);
            default -> Operation.of(kind);
        };
    }

    private Kind kind(int draw) {
        int left = draw;
        for (Share share : SHARES) {
            left -= share.ofMany;
            if (left < 0) {
                return share.kind;
            }
        }
        return left % 100 < growPercent ? Kind.ALLOC : Kind.FREE;
    }
}
