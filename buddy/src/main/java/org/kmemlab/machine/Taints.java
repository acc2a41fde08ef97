package org.kmemlab.machine;

import java.util.EnumSet;
import java.util.Set;

/// What a machine's kernel has been through, as every later report of it says.
public final class Taints {

    private static final int COLUMNS = 19;

    private final KernelLog log;
    private final Set<Taint> taints = EnumSet.noneOf(Taint.class);

    Taints(KernelLog log) {
        this.log = log;
    }

    /// Remembers a taint for the rest of the machine's life. Damaged memory also ends the kernel's
    /// checks of its own locks, which it says the first time.
    public void add(Taint taint) {
        if (taints.add(taint) && taint == Taint.BAD_PAGE) {
            log.print("Disabling lock debugging due to kernel taint");
        }
    }

    /// As reports print it: `Not tainted`, or `Tainted: ` and a column for each letter.
    public String text() {
        if (taints.isEmpty()) {
            return "Not tainted";
        }
        StringBuilder columns = new StringBuilder("G").repeat(' ', COLUMNS - 1);
        taints.forEach(taint -> columns.setCharAt(taint.column, taint.letter));
        return "Tainted: " + columns;
    }
}
