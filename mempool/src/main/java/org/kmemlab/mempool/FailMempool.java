package org.kmemlab.mempool;

import org.kmemlab.fault.FaultAttr;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.StackDump;

/// Fault injection into pools: the source is not asked, so that the reserve must serve, which it
/// hardly ever does otherwise (`fail_mempool_alloc` and `fail_mempool_alloc_bulk` of later kernels).
///
/// One object serves all pools that [Mempool#failBy] gives it to.
public final class FailMempool {

    private static final String ALLOC = "fail_mempool_alloc";
    private static final String ALLOC_BULK = "fail_mempool_alloc_bulk";

    private final Machine machine;
    private final FaultAttr alloc;
    private final FaultAttr allocBulk;

    /// Fails nothing unless boot parameters of these names say otherwise.
    public FailMempool(Machine machine) {
        this.machine = machine;
        alloc = new FaultAttr(machine, ALLOC);
        allocBulk = new FaultAttr(machine, ALLOC_BULK);
        machine.profile().boot().value(ALLOC).ifPresent(alloc::setup);
        machine.profile().boot().value(ALLOC_BULK).ifPresent(allocBulk::setup);
    }

    /// When requests for one element must do with the reserve. `space` counts elements.
    public FaultAttr alloc() {
        return alloc;
    }

    /// When requests for many elements must do with the reserve. `space` counts elements.
    public FaultAttr allocBulk() {
        return allocBulk;
    }

    boolean forcesReserve(Cpu cpu, String pool, boolean bulk) {
        FaultAttr attr = bulk ? allocBulk : alloc;
        if (!attr.isArmed(cpu) || !attr.shouldFail(cpu, 1, true, pool)) {
            return false;
        }
        machine.log().print("forcing mempool usage for "
                + StackDump.callers(FailMempool::isPool, 1).getFirst());
        return true;
    }

    private static boolean isPool(String className) {
        return className.equals(Mempool.class.getName());
    }
}
