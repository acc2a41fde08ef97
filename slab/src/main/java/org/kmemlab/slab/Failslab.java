package org.kmemlab.slab;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.fault.FaultAttr;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// Fault injection into object allocation (`failslab`): an allocation fails as if there were no
/// memory, before anything is looked at.
///
/// `kmalloc` of more than 8 KiB never comes here; it asks for pages.
///
/// @see <a href="https://docs.kernel.org/fault-injection/fault-injection.html">Fault injection
///      capabilities infrastructure</a>
public final class Failslab {

    private final FaultAttr attr;
    private boolean ignoreGfpWait = true;
    private boolean cacheFilter;

    Failslab(Machine machine) {
        attr = new FaultAttr(machine, "failslab");
        machine.profile().boot().value("failslab").ifPresent(attr::setup);
    }

    /// When and how often it fails.
    public FaultAttr attr() {
        return attr;
    }

    /// Whether requests that may sleep are spared; on unless set otherwise.
    public boolean ignoreGfpWait() {
        return ignoreGfpWait;
    }

    /// Spares requests that may sleep, or not.
    public void setIgnoreGfpWait(boolean on) {
        ignoreGfpWait = on;
    }

    /// Whether only caches with [SlabFlags#FAILSLAB] fail; off unless set otherwise.
    public boolean cacheFilter() {
        return cacheFilter;
    }

    /// Lets only caches with [SlabFlags#FAILSLAB] fail, or all.
    public void setCacheFilter(boolean on) {
        cacheFilter = on;
    }

    /// Whether a call of this CPU could fail at all.
    boolean isArmed(Cpu cpu) {
        return attr.isArmed(cpu);
    }

    /// Decides about one allocation.
    boolean shouldFail(Cpu cpu, SlabCache cache, GfpFlags gfp) {
        if (cache.isCacheOfCaches() || gfp.has(GfpFlags.NOFAIL)
                || (ignoreGfpWait && gfp.mayBlock())
                || (cacheFilter && !cache.geometry().flags().has(SlabFlags.FAILSLAB))) {
            return false;
        }
        return attr.shouldFail(cpu, cache.geometry().objectSize(), gfp.has(GfpFlags.NOWARN),
                cache.name());
    }
}
