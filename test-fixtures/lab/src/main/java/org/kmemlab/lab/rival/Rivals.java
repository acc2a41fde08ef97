package org.kmemlab.lab.rival;

import java.util.List;
import java.util.Set;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.Policy;
import org.kmemlab.lab.rival.heap.HeapRival;

/// The catalogue of rivals.
public final class Rivals {

    private static final Set<Misuse> ALL_MISUSE = Set.of(Misuse.values());
    private static final String KNUTH = "Knuth, The Art of Computer Programming 1, section 2.5";

    private static final List<RivalEntry> ALL = List.of(
            new RivalEntry("first-fit", "boundary tags, the first free chunk that fits", KNUTH,
                    ALL_MISUSE, HeapRival::firstFit),
            new RivalEntry("next-fit", "boundary tags, the next free chunk that fits", KNUTH,
                    ALL_MISUSE, HeapRival::nextFit),
            new RivalEntry("best-fit", "boundary tags, the smallest free chunk that fits", KNUTH,
                    ALL_MISUSE, HeapRival::bestFit),
            new RivalEntry("dlmalloc", "boundary tags, bins by size, wilderness",
                    "Lea, A Memory Allocator (2000)", ALL_MISUSE, HeapRival::dlmalloc),
            new RivalEntry("tlsf", "boundary tags, two-level segregated fit",
                    "Masmano, Ripoll, Crespo, Real, TLSF (ECRTS 2004)", ALL_MISUSE,
                    HeapRival::tlsf));

    private Rivals() {}

    /// All rivals, the simple ones first.
    public static List<RivalEntry> all() {
        return ALL;
    }

    /// Their names, in the same order: for help texts and messages.
    public static List<String> names() {
        return ALL.stream().map(RivalEntry::name).toList();
    }

    /// Makes a rival on the pages of an allocator.
    ///
    /// @throws IllegalArgumentException if none has this name, or the machine's memory has no bytes
    public static Policy create(String name, PageAllocator allocator) {
        return ALL.stream().filter(entry -> entry.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "rival " + name + ": expected one of " + String.join(", ", names())))
                .factory().apply(allocator);
    }
}
