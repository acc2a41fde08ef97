package org.kmemlab.lab.verify.slab;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.slab.SlabPages;

/// Gives new slabs the pages that a log names: logs of objects hold no state of the pages.
///
/// The allocator's own caches, of whose slabs a log says nothing, get pages of our page allocator.
public final class RecordedSlabPages implements SlabPages {

    private final PageAllocator pages;
    private final ObjectBinding binding;
    private final Map<Integer, Integer> orderOfHead = new TreeMap<>();
    private final List<Integer> offered = new ArrayList<>();
    private final Set<Integer> taken = new HashSet<>();
    private int ownCaches;
    private int newSlabs;

    public RecordedSlabPages(PageAllocator pages, ObjectBinding binding) {
        this.pages = pages;
        this.binding = binding;
    }

    /// Says how many caches the allocator has made for itself.
    public void setOwnCaches(int count) {
        ownCaches = count;
    }

    /// Whether a cache is one that the allocator has made for itself.
    public boolean isOwn(int owner) {
        return owner <= ownCaches;
    }

    /// Takes over single pages that the recording begins with.
    void adopt(Collection<Integer> pfns) {
        taken.addAll(pfns);
        pfns.forEach(pfn -> orderOfHead.put(pfn, 0));
    }

    /// Offers the slabs that a line names; those among them that do not exist yet are new.
    public void offer(Collection<Integer> heads) {
        Set<Integer> fresh = new LinkedHashSet<>(heads);
        fresh.removeAll(taken);
        offered.clear();
        offered.addAll(fresh);
    }

    @Override
    public int alloc(Cpu cpu, int node, GfpFlags gfp, int order, int owner) {
        int pfn;
        if (isOwn(owner)) {
            pfn = pages.allocPagesNode(cpu, node, gfp, order);
        } else if (offered.isEmpty()) {
            return PageAllocator.NONE;
        } else {
            pfn = offered.removeFirst();
            taken.add(pfn);
            binding.born(pfn);
            newSlabs++;
        }
        orderOfHead.put(pfn, order);
        return pfn;
    }

    @Override
    public void free(Cpu cpu, int pfn, int order) {
        orderOfHead.remove(pfn);
        if (!taken.remove(pfn)) {
            pages.freePages(cpu, pfn, order);
        }
    }

    @Override
    public int nodeOf(int pfn) {
        return pages.memMap().nodeOf(pfn);
    }

    /// The first frame of the slab that a frame is in; [PageAllocator#NONE] if it is in none.
    public int headOf(int pfn) {
        for (int order = 0; order <= Short.SIZE; order++) {
            int head = pfn & -(1 << order);
            Integer ofHead = orderOfHead.get(head);
            if (ofHead != null && ofHead >= order) {
                return head;
            }
        }
        return PageAllocator.NONE;
    }

    /// Slabs whose place was taken from the log.
    public int newSlabs() {
        return newSlabs;
    }
}
