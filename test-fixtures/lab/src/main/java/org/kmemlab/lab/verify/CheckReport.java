package org.kmemlab.lab.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a check found.
///
/// @param subject what was checked
/// @param items how many items the recording has
/// @param equal how many of them are equal in every value
/// @param known how many differ for a known cause, by cause
/// @param valuesCompared single values that were compared
/// @param valuesTaken values that were taken from the recording, as nothing else could give them
/// @param valuesMasked values that cannot be known and were left out
/// @param differences the first differences of unknown cause, in the order of the recording
public record CheckReport(String subject, long items, long equal, SortedMap<String, Long> known,
        long valuesCompared, long valuesTaken, long valuesMasked, List<Difference> differences) {

    /// Copies the collections.
    public CheckReport {
        known = new TreeMap<>(known);
        differences = List.copyOf(differences);
    }

    /// How many items differ for a known cause.
    public long knownItems() {
        return known.values().stream().mapToLong(Long::longValue).sum();
    }

    /// Whether there are items and every one is equal or differs for a known cause; a recording
    /// without items proves nothing.
    public boolean isGood() {
        return items > 0 && equal + knownItems() == items;
    }

    /// This report and another one as one.
    ///
    /// @param newSubject what both are about
    public CheckReport plus(CheckReport other, String newSubject) {
        SortedMap<String, Long> causes = new TreeMap<>(known);
        other.known.forEach((cause, count) -> causes.merge(cause, count, Long::sum));
        List<Difference> all = new ArrayList<>(differences);
        all.addAll(other.differences);
        return new CheckReport(newSubject, items + other.items, equal + other.equal, causes,
                valuesCompared + other.valuesCompared, valuesTaken + other.valuesTaken,
                valuesMasked + other.valuesMasked, all);
    }

    /// The line that ends every check: `equal N of M`, with `, K known` if there are any.
    public String lastLine() {
        long count = knownItems();
        return "equal " + equal + " of " + items + (count == 0 ? "" : ", " + count + " known");
    }

    /// How many values were compared, taken and masked, in words.
    public String valuesLine() {
        return valuesCompared + " values compared, " + valuesTaken + " taken from the recording, "
                + valuesMasked + " masked";
    }

    /// The lines about single differences: the first ones, then how many known there are by cause.
    public List<String> detailLines() {
        List<String> lines = new ArrayList<>();
        differences.forEach(difference -> lines.add(difference.toString()));
        for (Map.Entry<String, Long> cause : known.entrySet()) {
            lines.add("known: " + cause.getKey() + ": " + cause.getValue() + " items");
        }
        return lines;
    }
}
