package org.kmemlab.lab.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;

/// Counts what a check finds. For each item of the recording: [#begin], any number of comparisons,
/// [#end].
public final class CheckTally {

    /// How many differences are kept unless told otherwise.
    public static final int DIFFERENCES_KEPT = 10;

    private final String subject;
    private final int differencesKept;
    private final SortedMap<String, Long> known = new TreeMap<>();
    private final List<Difference> differences = new ArrayList<>();
    private final List<Difference> ofItem = new ArrayList<>();
    private String place = "";
    private @Nullable String cause;
    private boolean inItem;
    private boolean itemDiffers;
    private long items;
    private long equal;
    private long compared;
    private long taken;
    private long masked;

    /// @param subject what is checked
    /// @param differencesKept how many differences to remember, 0 or more; all are counted
    public CheckTally(String subject, int differencesKept) {
        Validate.isTrue(differencesKept >= 0, "%d differences to keep: expected 0 or more",
                differencesKept);
        this.subject = subject;
        this.differencesKept = differencesKept;
    }

    /// What is checked.
    public String subject() {
        return subject;
    }

    /// Starts the next item.
    ///
    /// @param itemPlace file and line
    public void begin(String itemPlace) {
        Validate.validState(!inItem, "%s: the item before has no end", itemPlace);
        inItem = true;
        itemDiffers = false;
        cause = null;
        place = itemPlace;
        ofItem.clear();
        items++;
    }

    /// Compares one number of the item.
    ///
    /// @return whether they are equal
    public boolean compare(String what, long expected, long got) {
        compared++;
        return expected == got || differs(what, Long.toString(expected), Long.toString(got));
    }

    /// Compares one flag word of the item, shown in hex.
    ///
    /// @return whether they are equal
    public boolean compareHex(String what, int expected, int got) {
        compared++;
        return expected == got || differs(what, "0x" + Integer.toHexString(expected),
                "0x" + Integer.toHexString(got));
    }

    /// Compares one text of the item.
    ///
    /// @return whether they are equal
    public boolean compare(String what, String expected, String got) {
        compared++;
        return Objects.equals(expected, got) || differs(what, expected, got);
    }

    private boolean differs(String what, String expected, String got) {
        itemDiffers = true;
        if (differences.size() + ofItem.size() < differencesKept) {
            ofItem.add(new Difference(place, what, expected, got, List.of()));
        }
        return false;
    }

    /// Says why the item may differ; counts only if it does.
    ///
    /// @param knownCause a cause from the one list of known causes
    public void explain(String knownCause) {
        cause = knownCause;
    }

    /// Shows our state with the item's first difference; asked for only if there is one to show.
    public void show(Supplier<List<String>> state) {
        if (!ofItem.isEmpty() && cause == null) {
            Difference first = ofItem.getFirst();
            ofItem.set(0, new Difference(first.place(), first.what(), first.expected(),
                    first.got(), state.get()));
        }
    }

    /// Counts values that were taken from the recording.
    public void take(int values) {
        taken += values;
    }

    /// Counts values that were left out.
    public void mask(int values) {
        masked += values;
    }

    /// Ends the item.
    public void end() {
        Validate.validState(inItem, "%s: no item has begun", subject);
        inItem = false;
        if (!itemDiffers) {
            equal++;
        } else if (cause != null) {
            known.merge(cause, 1L, Long::sum);
        } else {
            differences.addAll(ofItem);
        }
    }

    /// What was found so far.
    public CheckReport report() {
        return new CheckReport(subject, items, equal, known, compared, taken, masked, differences);
    }
}
