package org.kmemlab.mempool;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;

/// Elements numbered 1, 2, 3 ... that can be made to run out, with a record of every call.
final class ScriptedSource implements ElementSource {

    /// Any number of successes.
    static final int NO_LIMIT = -1;

    final List<GfpFlags> calls = new ArrayList<>();
    final List<Long> freed = new ArrayList<>();
    final Set<Long> out = new TreeSet<>();
    private long last;
    private int successesLeft = NO_LIMIT;

    /// Lets `count` more calls succeed and all later ones fail.
    void succeedOnly(int count) {
        successesLeft = count;
    }

    @Override
    public long alloc(Cpu cpu, GfpFlags gfp) {
        calls.add(gfp);
        if (successesLeft == 0) {
            return 0;
        }
        successesLeft -= successesLeft == NO_LIMIT ? 0 : 1;
        out.add(++last);
        return last;
    }

    @Override
    public void free(Cpu cpu, long element) {
        if (!out.remove(element)) {
            throw new IllegalArgumentException("element " + element + " is not out");
        }
        freed.add(element);
    }

    @Override
    public String description() {
        return "numbered elements";
    }
}
