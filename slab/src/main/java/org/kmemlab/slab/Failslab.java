package org.kmemlab.slab;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.fault.FaultAttr;
import org.kmemlab.fault.FaultPoints;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// Fault injection into object allocation (`failslab`): an allocation fails as if there were no
/// memory, before anything is looked at.
///
/// The function that asks it, `should_failslab`, can be made to fail by name too
/// ([FaultPoints]), and then spares nothing. `kmalloc` of more than 8 KiB never comes here; it asks for pages.
///
/// @see <a href="https://docs.kernel.org/fault-injection/fault-injection.html">Fault injection
///      capabilities infrastructure</a>
public final class Failslab {

    private static final String FUNCTION = "should_failslab";

    private final FaultAttr attr;
    private final FaultPoints functions;
    private boolean ignoreGfpWait = true;
    private boolean cacheFilter;

    /// @param onChange called when what can fail has changed
    Failslab(Machine machine, FaultPoints functions, Runnable onChange) {
        this.functions = functions;
        attr = new FaultAttr(machine, "failslab");
        attr.onChange(onChange);
        functions.watch(FUNCTION, FaultPoints.Returns.ERRNO, onChange);
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

    /// Whether the function fails by name when its attributes say so.
    boolean isInjected() {
        return functions.isInjected(FUNCTION);
    }

    /// Whether a call of this CPU could fail by the attributes.
    boolean isArmed(Cpu cpu) {
        return attr.isArmed(cpu);
    }

    /// Decides about one allocation.
    boolean shouldFail(Cpu cpu, SlabCache cache, GfpFlags gfp) {
        if (isInjected() && functions.enter(cpu, FUNCTION).isPresent()) {
            return true;
        }
        if (!attr.isArmed(cpu) || cache.isCacheOfCaches() || gfp.has(GfpFlags.NOFAIL)
                || (ignoreGfpWait && gfp.mayBlock())
                || (cacheFilter && !cache.geometry().flags().has(SlabFlags.FAILSLAB))) {
            return false;
        }
        return attr.shouldFail(cpu, cache.geometry().objectSize(), gfp.has(GfpFlags.NOWARN),
                cache.name());
    }
}
