package org.kmemlab.lab.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Finds the fewest elements of a list that still have some property.
///
/// First `ddmin`: leave out ever smaller parts until no single element can be left out. That can end
/// in a local minimum, so if few elements remain, all smaller selections of them are tried, too.
///
/// @see <a href="https://doi.org/10.1109/32.988498">Zeller, Hildebrandt: Simplifying and Isolating
///      Failure-Inducing Input, IEEE Transactions on Software Engineering 28 (2002)</a>
final class DeltaDebugging {

    /// Up to so many elements all selections are tried: at most 2^8 tests.
    private static final int EXHAUSTIVE_MAX = 8;

    private DeltaDebugging() {
    }

    /// Leaves out what is not needed.
    ///
    /// @param all has the property
    /// @param has whether a selection, in the order of `all`, has the property; always the same answer
    /// @return the smallest selection found; nothing less of it has the property
    static <T> List<T> minimize(List<T> all, Predicate<List<T>> has) {
        List<T> minimal = ddmin(all, has);
        return minimal.size() <= EXHAUSTIVE_MAX ? smallest(minimal, has) : minimal;
    }

    private static <T> List<T> ddmin(List<T> all, Predicate<List<T>> has) {
        List<T> current = all;
        int parts = 2;
        while (current.size() >= 2) {
            List<T> smaller = reduced(current, parts, has);
            if (smaller.size() < current.size()) {
                boolean isPart = smaller.size() <= Math.ceilDiv(current.size(), parts);
                parts = isPart ? 2 : Math.max(parts - 1, 2);
                current = smaller;
            } else if (parts < current.size()) {
                parts = Math.min(2 * parts, current.size());
            } else {
                break;
            }
        }
        return current;
    }

    /// One of the parts, or all but one of them, that has the property; everything if none does.
    private static <T> List<T> reduced(List<T> current, int parts, Predicate<List<T>> has) {
        for (int i = 0; i < parts; i++) {
            List<T> part = current.subList(start(current, parts, i), start(current, parts, i + 1));
            if (has.test(part)) {
                return part;
            }
        }
        for (int i = 0; parts > 2 && i < parts; i++) {
            List<T> rest = new ArrayList<>(current.subList(0, start(current, parts, i)));
            rest.addAll(current.subList(start(current, parts, i + 1), current.size()));
            if (has.test(rest)) {
                return rest;
            }
        }
        return current;
    }

    private static int start(List<?> list, int parts, int index) {
        return (int) ((long) list.size() * index / parts);
    }

    /// The smallest selection that has the property, by trying all with fewer elements first.
    private static <T> List<T> smallest(List<T> minimal, Predicate<List<T>> has) {
        for (int size = 1; size < minimal.size(); size++) {
            for (int mask = 1; mask < 1 << minimal.size(); mask++) {
                if (Integer.bitCount(mask) == size) {
                    List<T> selection = selected(minimal, mask);
                    if (has.test(selection)) {
                        return selection;
                    }
                }
            }
        }
        return minimal;
    }

    private static <T> List<T> selected(List<T> list, int mask) {
        List<T> selection = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            if ((mask & 1 << i) != 0) {
                selection.add(list.get(i));
            }
        }
        return selection;
    }
}
