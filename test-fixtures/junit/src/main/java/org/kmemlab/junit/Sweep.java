package org.kmemlab.junit;

import java.util.Iterator;
import java.util.NoSuchElementException;

import org.apache.commons.lang3.Validate;

/// Chooses the faults of one run after the other, each when the one before is over: only then is it
/// known whether there are more allocations.
final class Sweep implements Iterator<SweepInvocation> {

    private final FaultSweep sweep;
    private int first = 1;
    private int second;
    private int runs;
    private boolean through;

    Sweep(FaultSweep sweep) {
        this.sweep = sweep;
        Validate.isTrue(sweep.only() >= 0 && sweep.upTo() >= 1,
                "only %d, upTo %d: expected 0 or more, 1 or more", sweep.only(), sweep.upTo());
        Validate.isTrue(sweep.second() == 0 || (sweep.only() > 0 && sweep.second() > sweep.only()),
                "second %d: expected more than only, which is %d", sweep.second(), sweep.only());
        if (sweep.only() > 0) {
            first = sweep.only();
            second = sweep.second();
        } else if (isPairs()) {
            second = 2;
        }
    }

    private boolean isPairs() {
        return sweep.mode() == FaultMode.PAIRS;
    }

    @Override
    public boolean hasNext() {
        return !through && runs < sweep.upTo();
    }

    @Override
    public SweepInvocation next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the sweep is over");
        }
        runs++;
        return new SweepInvocation(this, sweep,
                new SweepFault(first, second, sweep.mode() == FaultMode.STICKY));
    }

    /// Hears how a run ended.
    ///
    /// @param lastHit the last allocation that was made to fail; 0 for none
    void ended(int lastHit) {
        if (sweep.only() > 0 || lastHit == 0) {
            through = true;
        } else if (!isPairs()) {
            first++;
        } else if (lastHit >= second) {
            second++;
        } else {
            first++;
            second = first + 1;
        }
    }
}
