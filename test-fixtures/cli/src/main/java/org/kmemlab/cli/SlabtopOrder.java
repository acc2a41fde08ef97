package org.kmemlab.cli;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

import org.kmemlab.lab.proc.SlabinfoRow;

/// What caches are sorted by, with the letters of procps: largest first, names ascending, equal ones
/// as slabinfo lists them.
enum SlabtopOrder {
    /// Objects in use.
    ACTIVE('a', SlabinfoRow::activeObjects),
    /// Objects of a slab.
    OBJECTS_PER_SLAB('b', SlabinfoRow::objects),
    /// Memory of all slabs.
    CACHE_SIZE('c', SlabtopTable::cacheKib),
    /// All slabs.
    SLABS('l', SlabinfoRow::slabs),
    /// Slabs in use.
    ACTIVE_SLABS('v', SlabinfoRow::activeSlabs),
    /// The name.
    NAME('n', Comparator.comparing(SlabinfoRow::name)),
    /// All objects.
    OBJECTS('o', SlabinfoRow::totalObjects),
    /// Pages of a slab.
    PAGES('p', SlabinfoRow::pages),
    /// Bytes of an object.
    SIZE('s', SlabinfoRow::size),
    /// Which part of the objects is in use.
    USE('u', SlabtopTable::usePercent);

    private final char letter;
    /// Made of method references, so it has no state.
    @SuppressWarnings("ImmutableEnumChecker")
    private final Comparator<SlabinfoRow> comparator;

    SlabtopOrder(char letter, ToLongFunction<SlabinfoRow> value) {
        this(letter, Comparator.comparingLong(value).reversed());
    }

    SlabtopOrder(char letter, Comparator<SlabinfoRow> comparator) {
        this.letter = letter;
        this.comparator = comparator;
    }

    /// The key that chooses it.
    char letter() {
        return letter;
    }

    /// The order of a key, in upper or lower case.
    static Optional<SlabtopOrder> of(int key) {
        int lower = Character.toLowerCase(key);
        return Arrays.stream(values()).filter(order -> order.letter == lower).findFirst();
    }

    /// The caches in this order.
    List<SlabinfoRow> sorted(List<SlabinfoRow> rows) {
        return rows.stream().sorted(comparator).toList();
    }
}
