package org.kmemlab.lab.verify.page;

import org.apache.commons.lang3.StringUtils;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.PageAllocator.Totals;
import org.kmemlab.lab.steps.StepLine;

/// Pages that came free during a request without the log saying whose they were: the request
/// entered direct reclaim, and reclaim took them from users that the recorder does not control.
///
/// From there on the totals are off by those pages, and any line may follow from them.
///
/// @param begin the line of the request; null if there was none
/// @param hiddenFree how many more pages are on the free lists than the log accounts for
/// @param hiddenPerCpu how many more are on the lists of CPUs
record Disturbance(@Nullable StepLine begin, long hiddenFree, long hiddenPerCpu) {

    static final Disturbance NONE = new Disturbance(null, 0, 0);

    /// What the difference between a recorded and our answer says.
    ///
    /// @return [#NONE] unless a request that may reclaim ended alike but with more pages unused
    static Disturbance between(StepLine step, PageStepPlayer.Answer got) {
        boolean request = step.op().equals("ap") || step.op().equals("apn");
        Totals ours = got.totals();
        // Only a request that failed, or that our allocator reclaimed for, went that far.
        boolean mayHaveReclaimed = request && step.gfp(2).mayBlock()
                && (got.isRefusal() || got.reclaimed());
        if (!mayHaveReclaimed || ours == null) {
            return NONE;
        }
        String result = StringUtils.substringBefore(step.result(), " buddy=");
        long free = number(step, " buddy=");
        long perCpu = number(step, " pcp=");
        boolean more = free + perCpu > ours.freePages() + ours.perCpuPages();
        return more && result.equals(got.result())
                ? new Disturbance(step, free - ours.freePages(), perCpu - ours.perCpuPages())
                : NONE;
    }

    private static long number(StepLine step, String name) {
        String text = StringUtils.substringBefore(StringUtils.substringAfter(step.result(), name),
                " ");
        return StringUtils.isNumeric(text) ? Long.parseLong(text) : 0;
    }

    boolean hasBegun() {
        return begin != null;
    }

    boolean isBeginning(StepLine step) {
        return step.equals(begin);
    }

    /// Pages that came free.
    long hiddenPages() {
        return hiddenFree + hiddenPerCpu;
    }

    /// An answer as it is with the hidden pages counted.
    PageStepPlayer.Answer applyTo(PageStepPlayer.Answer got) {
        Totals totals = got.totals();
        return totals == null || begin == null ? got
                : new PageStepPlayer.Answer(got.result(), new Totals(
                        totals.freePages() + hiddenFree, totals.perCpuPages() + hiddenPerCpu),
                        got.reclaimed());
    }
}
