package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.MigrateType.MOVABLE;

import java.util.List;
import java.util.function.Supplier;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Plants one defect at a time between the exhaustive check and the allocator. If one goes unseen,
/// the proof by exhaustion proves nothing.
class ExhaustiveCheckTest {

    record Defect(String name, String expected, Supplier<LoadedBuddy> plant) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Defect> defects() {
        return List.of(new Defect("drops a free", "after free pfn 8 order 3", DroppedFree::new),
                new Defect("returns the upper half of a split", "expected pfn 0, got 1",
                        UpperHalf::new),
                new Defect("merges with the wrong buddy", "list of order 1", WrongBuddy::new),
                new Defect("gives a block twice", "got 0:free4", GivenTwice::new),
                new Defect("forgets the order of a list", "after load: list", ReversedLists::new),
                new Defect("stops merging too early", "after free", UnmergedHalves::new),
                new Defect("frees to the wrong end", "list of order", WrongEnd::new),
                new Defect("fails although there is a block", "expected pfn 0, got -1",
                        NeedlessFailure::new),
                new Defect("counts wrong", "expected 15 free pages, got 14", Miscount::new),
                new Defect("leaves a mark inside a block", "1:used0", InnerMark::new),
                new Defect("wrong in one state only", "after free", OneStateOnly::new));
    }

    @ParameterizedTest
    @MethodSource("defects")
    void run_plantedDefect_isFound(Defect defect) {
        try (LoadedBuddy tested = defect.plant.get()) {
            ExhaustiveCheck check = new ExhaustiveCheck(tested);

            assertThatThrownBy(check::run).isInstanceOf(AssertionError.class)
                    .hasMessageContaining(defect.expected);
        }
    }

    private static final class DroppedFree extends LoadedBuddy {
        @Override
        public void free(int pfn, int order) {
            if (order != 3 || pfn != 8) {
                super.free(pfn, order);
            }
        }
    }

    private static final class UpperHalf extends LoadedBuddy {
        @Override
        public int alloc(int order) {
            int pfn = super.alloc(order);
            int next = pfn == PageAllocator.NONE ? pfn : super.alloc(order);
            if (next == PageAllocator.NONE) {
                return pfn;
            }
            boolean halves = next == pfn + (1 << order);
            super.free(halves ? pfn : next, order);
            return halves ? next : pfn;
        }
    }

    private static final class WrongBuddy extends LoadedBuddy {
        @Override
        public void free(int pfn, int order) {
            super.free(pfn, order);
            PlantedDefects.mergeWithWrongBuddy(zone, pfn, order);
        }
    }

    private static final class GivenTwice extends LoadedBuddy {
        @Override
        public int alloc(int order) {
            int pfn = super.alloc(order);
            if (pfn != PageAllocator.NONE) {
                super.free(pfn, order);
            }
            return pfn;
        }
    }

    private static final class ReversedLists extends LoadedBuddy {
        @Override
        List<Integer> blocksToLoad(long layout, int order) {
            return super.blocksToLoad(layout, order).reversed();
        }
    }

    private static final class UnmergedHalves extends LoadedBuddy {
        @Override
        public void free(int pfn, int order) {
            super.free(pfn, order);
            PlantedDefects.unmerge(zone, 0, 4);
        }
    }

    private static final class WrongEnd extends LoadedBuddy {
        @Override
        public void free(int pfn, int order) {
            super.free(pfn, order);
            if (zone.map.isFreeBlock(pfn, order)) {
                zone.areas[order].moveLast(pfn, MOVABLE);
            }
        }
    }

    private static final class NeedlessFailure extends LoadedBuddy {
        @Override
        public int alloc(int order) {
            return order == 4 ? PageAllocator.NONE : super.alloc(order);
        }
    }

    private static final class Miscount extends LoadedBuddy {
        @Override
        public int alloc(int order) {
            zone.freePages.add(0, -1);
            return super.alloc(order);
        }
    }

    private static final class InnerMark extends LoadedBuddy {
        @Override
        public int alloc(int order) {
            int pfn = super.alloc(order);
            if (order == 1 && pfn != PageAllocator.NONE) {
                zone.map.setState(pfn + 1, FrameState.used(PageUse.PLAIN, 0));
            }
            return pfn;
        }
    }

    private static final class OneStateOnly extends LoadedBuddy {
        private final long state = BuddyLayouts.all()[43_210];

        @Override
        public void free(int pfn, int order) {
            if (layout() != state) {
                super.free(pfn, order);
            }
        }
    }
}
