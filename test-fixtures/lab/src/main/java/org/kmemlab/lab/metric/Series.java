package org.kmemlab.lab.metric;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import java.util.Arrays;

import org.apache.commons.lang3.Validate;

/// Measures over the time of a run, which is counted in requests. Rows are added at the end; their
/// number is bounded when the series is made.
public final class Series {

    private final long[] events;
    private final long[][] values;
    private final int[][] unusablePermille = new int[MAX_PAGE_ORDER + 1][];
    private final int[][] fragmentationPermille = new int[MAX_PAGE_ORDER + 1][];
    private final boolean hasOrders;
    private int rows;

    /// An empty series.
    ///
    /// @param capacity rows at most
    /// @param hasOrders whether the rows tell of the free pages by order
    public Series(int capacity, boolean hasOrders) {
        events = new long[capacity];
        values = new long[Measure.values().length][capacity];
        this.hasOrders = hasOrders;
        for (int order = 0; order <= MAX_PAGE_ORDER; order++) {
            unusablePermille[order] = new int[capacity];
            fragmentationPermille[order] = new int[capacity];
        }
    }

    /// Starts a row in which everything is absent.
    public void startRow(long event) {
        Validate.validState(rows < events.length, "a series of %d rows is full", events.length);
        events[rows] = event;
        for (long[] column : values) {
            column[rows] = Measure.ABSENT;
        }
        rows++;
    }

    /// Sets a value of the last row.
    public void set(Measure measure, long value) {
        values[measure.ordinal()][rows - 1] = value;
    }

    /// Sets the indices of an order in the last row, in thousandths.
    public void setOrder(int order, int unusable, int fragmentation) {
        unusablePermille[order][rows - 1] = unusable;
        fragmentationPermille[order][rows - 1] = fragmentation;
    }

    /// How many rows there are.
    public int rows() {
        return rows;
    }

    /// How many requests came before each row.
    public long[] events() {
        return Arrays.copyOf(events, rows);
    }

    /// A measure over time; [Measure#ABSENT] where there is none.
    public long[] values(Measure measure) {
        return Arrays.copyOf(values[measure.ordinal()], rows);
    }

    /// Whether a measure is absent in every row.
    public boolean lacks(Measure measure) {
        return Arrays.stream(values(measure)).allMatch(value -> value == Measure.ABSENT);
    }

    /// Whether the rows tell of the free pages by order.
    public boolean hasOrders() {
        return hasOrders;
    }

    /// Free memory that cannot serve an order, over time, in thousandths of all free memory.
    public int[] unusablePermille(int order) {
        return Arrays.copyOf(unusablePermille[order], rows);
    }

    /// Why a request of an order would fail, over time: towards 0 for lack of memory, towards 1000
    /// because it is in pieces, -1000 if it would not fail.
    public int[] fragmentationPermille(int order) {
        return Arrays.copyOf(fragmentationPermille[order], rows);
    }
}
