package org.kmemlab.buddy;

import org.kmemlab.fault.FaultAttr;
import org.kmemlab.fault.FaultPoints;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// The fault point `fail_page_alloc`: makes requests for pages fail before anything is tried.
///
/// With its defaults it spares requests that may sleep, requests for high memory and single pages.
/// The function that asks it can be made to fail by name too, and then spares nothing.
public final class FailPageAlloc {

    /// The function that asks.
    static final String FUNCTION = "should_fail_alloc_page";

    private static final GfpFlags NEVER = GfpFlags.NOFAIL;

    private final FaultAttr attr;
    private boolean ignoreGfpHighmem = true;
    private boolean ignoreGfpWait = true;
    private int minOrder = 1;
    private final FaultPoints functions;
    private boolean injected;
    /// Attributes or function could fail a call, whatever its task: one test for both.
    private boolean armed;
    private boolean sparesSingles;

    FailPageAlloc(Machine machine, FaultPoints functions) {
        this.functions = functions;
        attr = new FaultAttr(machine, "fail_page_alloc");
        attr.onChange(this::noteChange);
        functions.watch(FUNCTION, FaultPoints.Returns.TRUE, this::noteChange);
        noteChange();
        machine.profile().boot().value("fail_page_alloc").ifPresent(attr::setup);
    }

    private void noteChange() {
        injected = functions.isInjected(FUNCTION);
        armed = injected || attr.isArmed();
        sparesSingles = minOrder > 0 && !injected;
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
        noteChange();
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
        return sparesSingles;
    }

    boolean shouldFail(Cpu cpu, GfpFlags gfp, int order) {
        if (!armed && !FaultAttr.countsDown(cpu)) {
            return false;
        }
        if (injected && functions.enter(cpu, FUNCTION).isPresent()) {
            return true;
        }
        if (!attr.isArmed(cpu) || order < minOrder || gfp.has(NEVER)
                || (ignoreGfpHighmem && gfp.has(GfpFlags.HIGHMEM))
                || (ignoreGfpWait && gfp.mayBlock())) {
            return false;
        }
        return attr.shouldFail(cpu, 1 << order, gfp.has(GfpFlags.NOWARN));
    }
}
