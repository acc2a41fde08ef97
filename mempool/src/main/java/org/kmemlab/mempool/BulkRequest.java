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
        while (!fillFromSource(gfp) && !fillFromReserve(gfp.equals(masks.later()))) {
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

    /// @param orQueue whether to join those who wait if the reserve does not hold enough
    private boolean fillFromReserve(boolean orQueue) {
        int missing = 0;
        for (int i = 0; i < count; i++) {
            missing += elements[i] == 0 ? 1 : 0;
        }
        WaitQueue queue = pool.reserve().queue();
        queue.lock();
        try {
            if (pool.reserve().elements().currNr() >= missing) {
                popMissing();
                return true;
            }
            if (orQueue) {
                sleeper.begin();
                queue.add(sleeper);
            }
            return false;
        } finally {
            queue.unlock();
        }
    }

    private void popMissing() {
        for (int i = 0; i < count; i++) {
            if (elements[i] == 0) {
                elements[i] = pool.reserve().elements().pop(cpu);
            }
        }
    }

    private void sleep(WaitWatch watch) {
        try {
            if (watch.isOver()) {
                throw watch.deadlock();
            }
            watch.sleep(sleeper, pool.reserve().queue().deadlineJiffies());
        } finally {
            pool.reserve().queue().remove(sleeper);
        }
    }
}
