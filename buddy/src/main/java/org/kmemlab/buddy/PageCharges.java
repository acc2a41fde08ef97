package org.kmemlab.buddy;

import java.util.HashMap;
import java.util.Map;

import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.MemCgroup;
import org.kmemlab.machine.MemCgroup.Stat;
import org.kmemlab.machine.PhysicalMemory;

/// Who is charged for which block of pages, of those that were asked for with [GfpFlags#ACCOUNT].
final class PageCharges {

    /// By the first frame of the block.
    private final Map<Integer, MemCgroup> payers = new HashMap<>();

    private static long bytes(int order) {
        return (long) PhysicalMemory.PAGE_SIZE << order;
    }

    /// Charges whom the request comes from with a block that it got.
    ///
    /// @return false if the block must be given back
    boolean charge(Cpu cpu, GfpFlags gfp, int pfn, int order) {
        MemCgroup payer = MemcgCharge.payer(cpu);
        if (payer == null) {
            return true;
        }
        if (!MemcgCharge.charge(cpu, payer, gfp, bytes(order))) {
            return false;
        }
        payer.addStat(Stat.PAGES, bytes(order));
        payers.put(pfn, payer);
        return true;
    }

    /// A block comes back.
    void freed(int pfn, int order) {
        MemCgroup payer = payers.remove(pfn);
        if (payer != null) {
            payer.addStat(Stat.PAGES, -bytes(order));
            payer.uncharge(bytes(order));
        }
    }

    /// A block becomes single pages of the same payer.
    void split(int pfn, int order) {
        MemCgroup payer = payers.get(pfn);
        for (int at = pfn; payer != null && at < pfn + (1 << order); at++) {
            payers.put(at, payer);
        }
    }

    /// A single page was moved to another frame.
    void moved(int from, int to) {
        MemCgroup payer = payers.remove(from);
        if (payer != null) {
            payers.put(to, payer);
        }
    }
}
