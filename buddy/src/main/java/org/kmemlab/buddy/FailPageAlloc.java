package org.kmemlab.buddy;

import org.kmemlab.fault.FaultAttr;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// The fault point `fail_page_alloc`: makes requests for pages fail before anything is tried.
///
/// With its defaults it spares requests that may sleep, requests for high memory and single pages.
public final class FailPageAlloc {

    private static final GfpFlags NEVER = GfpFlags.NOFAIL;

    private final FaultAttr attr;
    private boolean ignoreGfpHighmem = true;
    private boolean ignoreGfpWait = true;
    private int minOrder = 1;

    FailPageAlloc(Machine machine) {
        attr = new FaultAttr(machine, "fail_page_alloc");
        machine.profile().boot().value("fail_page_alloc").ifPresent(attr::setup);
    }

    /// The common attributes. `space` counts pages.
    public FaultAttr attr() {
        return attr;
    }

    /// Spares requests with `__GFP_HIGHMEM`; on by default.
    public void setIgnoreGfpHighmem(boolean on) {
        ignoreGfpHighmem = on;
    }

    /// Spares requests that may sleep; on by default.
    public void setIgnoreGfpWait(boolean on) {
        ignoreGfpWait = on;
    }

    /// Spares requests of a lower order; 1 by default.
    public void setMinOrder(int order) {
        minOrder = order;
    }

    /// Whether requests with `__GFP_HIGHMEM` are spared.
    public boolean ignoreGfpHighmem() {
        return ignoreGfpHighmem;
    }

    /// Whether requests that may sleep are spared.
    public boolean ignoreGfpWait() {
        return ignoreGfpWait;
    }

    /// The lowest order that fails.
    public int minOrder() {
        return minOrder;
    }

    /// Whether single pages never fail, whatever is armed.
    boolean sparesSingles() {
        return minOrder > 0;
    }

    boolean shouldFail(Cpu cpu, GfpFlags gfp, int order) {
        if (!attr.isArmed(cpu) || order < minOrder || gfp.has(NEVER)
                || (ignoreGfpHighmem && gfp.has(GfpFlags.HIGHMEM))
                || (ignoreGfpWait && gfp.mayBlock())) {
            return false;
        }
        return attr.shouldFail(cpu, 1 << order, gfp.has(GfpFlags.NOWARN));
    }
}
