package org.kmemlab.mempool;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;

/// A request for several elements at once, which gets all that are missing from the reserve together
/// or waits: two requests that each hold a part and wait for the rest cannot block each other.
final class BulkRequest {

    private final Mempool pool;
    private final Cpu cpu;
    private final MempoolMasks masks;
    private final long[] elements;
    private final int count;
    private final Sleeper sleeper = new Sleeper();

    /// @param elements those that are 0 among the first `count` are missing
    BulkRequest(Mempool pool, Cpu cpu, MempoolMasks masks, long[] elements, int count) {
        this.pool = pool;
        this.cpu = cpu;
        this.masks = masks;
        this.elements = elements;
        this.count = count;
    }

    void run(WaitWatch watch) {
        GfpFlags gfp = masks.first();
        while (!fillFromSource(gfp) && !fillFromReserve()) {
            if (gfp.equals(masks.later())) {
                sleep(watch);
            }
            gfp = masks.later();
        }
    }

    private boolean fillFromSource(GfpFlags gfp) {
        for (int i = 0; i < count; i++) {
            if (elements[i] == 0) {
                elements[i] = pool.askSource(cpu, gfp, true);
                if (elements[i] == 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean fillFromReserve() {
        int missing = 0;
        for (int i = 0; i < count; i++) {
            missing += elements[i] == 0 ? 1 : 0;
        }
        if (pool.reserve().currNr() < missing) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (elements[i] == 0) {
                elements[i] = pool.reserve().pop(cpu);
            }
        }
        return true;
    }

    private void sleep(WaitWatch watch) {
        if (watch.isOver()) {
            throw watch.deadlock();
        }
        sleeper.begin();
        pool.addWaiter(sleeper);
        watch.sleep(WaitWatch.deadlineJiffies(pool.machine().clock()), sleeper::isWoken);
        pool.removeWaiter(sleeper);
    }
}
