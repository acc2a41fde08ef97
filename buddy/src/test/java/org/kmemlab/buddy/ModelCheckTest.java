package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.LongStream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.buddy.ModelFailure.Sequence;
import org.kmemlab.machine.Machine;

/// Plants one defect at a time between the model and the allocator. If one goes unseen, random work
/// proves nothing; if its sequence is long, a real one could not be understood.
class ModelCheckTest {

    private static final int OPERATIONS = 20_000;
    /// A sequence that a person understands at a glance.
    private static final int SHORT = 6;

    record Defect(String name, Function<Machine, PagesUnderTest> plant) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Defect> defects() {
        return List.of(new Defect("drops a free", DroppedFree::new),
                new Defect("returns the upper half of a split", UpperHalf::new),
                new Defect("merges with the wrong buddy", WrongBuddy::new),
                new Defect("leaves buddies unmerged", Unmerged::new),
                new Defect("gives a block twice", GivenTwice::new),
                new Defect("gives a misaligned block", Misaligned::new),
                new Defect("forgets the order of lists", ReversedLists::new),
                new Defect("forgets the lists of the CPUs", ForgottenCpuLists::new),
                new Defect("lists a frame twice", FrameListedTwice::new),
                new Defect("counts wrong", Miscount::new),
                new Defect("gives one page for two in bulk", BulkTwice::new),
                new Defect("keeps the rest of an exact block", KeptRest::new),
                new Defect("takes back what is not held", Trusting::new),
                new Defect("leaves the node", WrongNode::new),
                new Defect("leaves the zone", WrongZone::new),
                new Defect("fails although there is memory", NeedlessFailure::new));
    }

    @ParameterizedTest
    @MethodSource("defects")
    void run_plantedDefect_isFoundAndShrunk(Defect defect) {
        ModelCheck check = new ModelCheck(defect.plant);

        ModelFailure failure = LongStream.range(0, ModelMachine.ALL.size())
                .mapToObj(seed -> check.run(seed, OPERATIONS)).flatMap(Optional::stream)
                .findFirst().orElseThrow();

        assertThat(failure.shrunk()).as(failure.report())
                .hasSizeBetween(1, SHORT);
        Sequence again = Sequence.parse(
                new Sequence(failure.machine(), failure.shrunk()).text());
        assertThat(failure.report()).contains(again.text())
                .contains("-Dkmemlab.seed=" + failure.machine().config().seed());
        assertThat(check.replay(again.machine(), again.operations())).isPresent();
        assertThat(new ModelCheck(RealPages::new).replay(again.machine(), again.operations()))
                .as("without the defect").isEmpty();
    }

    private static final class DroppedFree extends RealPages {
        DroppedFree(Machine machine) {
            super(machine);
        }

        @Override
        public void free(int cpu, int pfn, int order) {
            if (order != 3) {
                super.free(cpu, pfn, order);
            }
        }
    }

    private static final class UpperHalf extends RealPages {
        UpperHalf(Machine machine) {
            super(machine);
        }

        @Override
        public int alloc(int cpu, int node, GfpFlags gfp, int order) {
            int pfn = super.alloc(cpu, node, gfp, order);
            int next = pfn == PageAllocator.NONE ? pfn : super.alloc(cpu, node, gfp, order);
            if (next == PageAllocator.NONE) {
                return pfn;
            }
            boolean halves = (pfn & 1 << order) == 0 && next == pfn + (1 << order);
            super.free(cpu, halves ? pfn : next, order);
            return halves ? next : pfn;
        }
    }

    private static final class WrongBuddy extends RealPages {
        WrongBuddy(Machine machine) {
            super(machine);
        }

        @Override
        public void free(int cpu, int pfn, int order) {
            super.free(cpu, pfn, order);
            PlantedDefects.mergeWithWrongBuddy(pages.zoneOf(pfn), pfn, order);
        }
    }

    private static final class Unmerged extends RealPages {
        Unmerged(Machine machine) {
            super(machine);
        }

        @Override
        public void free(int cpu, int pfn, int order) {
            super.free(cpu, pfn, order);
            PlantedDefects.unmerge(pages.zoneOf(pfn), pfn & ~(1 << order), order + 1);
        }
    }

    private static final class GivenTwice extends RealPages {
        private int last = PageAllocator.NONE;

        GivenTwice(Machine machine) {
            super(machine);
        }

        @Override
        public int alloc(int cpu, int node, GfpFlags gfp, int order) {
            if (order != 2) {
                return super.alloc(cpu, node, gfp, order);
            }
            if (last == PageAllocator.NONE) {
                last = super.alloc(cpu, node, gfp, order);
            }
            return last;
        }
    }

    private static final class Misaligned extends RealPages {
        Misaligned(Machine machine) {
            super(machine);
        }

        @Override
        public int alloc(int cpu, int node, GfpFlags gfp, int order) {
            int pfn = super.alloc(cpu, node, gfp, order);
            return order > 1 && pfn != PageAllocator.NONE ? pfn + 1 : pfn;
        }
    }

    private static final class ReversedLists extends RealPages {
        ReversedLists(Machine machine) {
            super(machine);
        }

        @Override
        public void load(List<ZoneState> state) {
            super.load(state.stream().map(ReversedLists::reversed).toList());
        }

        private static ZoneState reversed(ZoneState zone) {
            return PlantedDefects.withLists(zone, zone.freeLists().stream()
                    .map(list -> new ZoneState.FreeList(list.order(), list.type(),
                            list.pfns().reversed()))
                    .toList(), zone.perCpu());
        }
    }

    private static final class ForgottenCpuLists extends RealPages {
        ForgottenCpuLists(Machine machine) {
            super(machine);
        }

        @Override
        public void load(List<ZoneState> state) {
            super.load(state.stream().map(
                    zone -> PlantedDefects.withLists(zone, zone.freeLists(), List.of()))
                    .toList());
        }
    }

    private static final class FrameListedTwice extends RealPages {
        FrameListedTwice(Machine machine) {
            super(machine);
        }

        @Override
        public void tick() {
            super.tick();
            Zone zone = pages.zones().getLast();
            PlantedDefects.listInnerFrame(zone, zone.areas[10].first(MigrateType.MOVABLE), 10);
        }
    }

    private static final class Miscount extends RealPages {
        Miscount(Machine machine) {
            super(machine);
        }

        @Override
        public void freeExact(int cpu, int pfn, int pageCount) {
            super.freeExact(cpu, pfn, pageCount);
            pages.zoneOf(pfn).freePages.add(cpu, -1);
        }
    }

    private static final class BulkTwice extends RealPages {
        BulkTwice(Machine machine) {
            super(machine);
        }

        @Override
        public int allocBulk(int cpu, int node, GfpFlags gfp, int[] pfns) {
            int filled = super.allocBulk(cpu, node, gfp, pfns);
            if (filled > 2) {
                pfns[filled - 1] = pfns[filled - 2];
            }
            return filled;
        }
    }

    private static final class KeptRest extends RealPages {
        KeptRest(Machine machine) {
            super(machine);
        }

        @Override
        public int allocExact(int cpu, int pageCount, GfpFlags gfp) {
            return super.allocExact(cpu, Integer.highestOneBit(2 * pageCount - 1), gfp);
        }
    }

    private static final class Trusting extends RealPages {
        Trusting(Machine machine) {
            super(machine);
        }

        @Override
        public void free(int cpu, int pfn, int order) {
            try {
                super.free(cpu, pfn, order);
            } catch (BadPageException ignored) {
                // Says nothing, as if the page had been taken.
            }
        }
    }

    private static final class WrongNode extends RealPages {
        WrongNode(Machine machine) {
            super(machine);
        }

        @Override
        public int alloc(int cpu, int node, GfpFlags gfp, int order) {
            boolean bound = gfp.has(GfpFlags.THISNODE) && node >= 0;
            return super.alloc(cpu, bound ? (node + 1) % pages.nodes() : node, gfp, order);
        }
    }

    private static final class WrongZone extends RealPages {
        WrongZone(Machine machine) {
            super(machine);
        }

        @Override
        public int alloc(int cpu, int node, GfpFlags gfp, int order) {
            return super.alloc(cpu, node, gfp.without(GfpFlags.DMA), order);
        }
    }

    private static final class NeedlessFailure extends RealPages {
        NeedlessFailure(Machine machine) {
            super(machine);
        }

        @Override
        public int alloc(int cpu, int node, GfpFlags gfp, int order) {
            return order == 4 ? PageAllocator.NONE : super.alloc(cpu, node, gfp, order);
        }
    }
}
