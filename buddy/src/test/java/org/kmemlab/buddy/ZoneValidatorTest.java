package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.BuddyFixture.oneZone;

import java.util.List;
import java.util.function.Consumer;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Plants one defect at a time. If one goes unseen, the validator proves nothing.
class ZoneValidatorTest {

    record Defect(String name, String expected, Consumer<Zone> plant) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Defect> defects() {
        return List.of(new Defect("buddies not merged", "I1", zone -> {
            int pfn = zone.rmqueueSmallest(1, MigrateType.MOVABLE);
            zone.areas[0].addFirst(pfn, MigrateType.MOVABLE);
            zone.areas[0].addFirst(pfn + 1, MigrateType.MOVABLE);
        }), new Defect("blocks overlap", "I2", zone -> {
            int pfn = zone.areas[10].first(MigrateType.MOVABLE);
            zone.areas[0].addFirst(pfn + 4, MigrateType.MOVABLE);
        }), new Defect("block not aligned", "not aligned", zone -> {
            int pfn = zone.rmqueueSmallest(2, MigrateType.MOVABLE);
            zone.areas[0].addFirst(pfn, MigrateType.MOVABLE);
            zone.areas[1].addFirst(pfn + 1, MigrateType.MOVABLE);
            zone.areas[0].addFirst(pfn + 3, MigrateType.MOVABLE);
        }), new Defect("counter off by one", "I3", zone -> zone.freePages.add(0, 1)),
                new Defect("page lost", "lost", zone -> {
                    zone.rmqueueSmallest(0, MigrateType.MOVABLE);
                    zone.freePages.add(0, -1);
                }), new Defect("wrong order in the state", "list", zone -> {
                    int pfn = zone.areas[10].first(MigrateType.MOVABLE);
                    zone.map.setState(pfn, FrameState.of(FrameState.FREE, 9, 1));
                }));
    }

    @ParameterizedTest
    @MethodSource("defects")
    void validate_plantedDefect_isFound(Defect defect) {
        BuddyFixture fixture = new BuddyFixture(oneZone(4096));
        defect.plant.accept(fixture.zone());

        assertThatThrownBy(fixture.pages::validate).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(defect.expected);
        fixture.machine.close();
    }
}
