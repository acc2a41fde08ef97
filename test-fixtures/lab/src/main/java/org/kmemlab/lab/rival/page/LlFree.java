package org.kmemlab.lab.rival.page;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

import org.apache.commons.lang3.Validate;
import org.kmemlab.lab.policy.PagePolicy;
import org.kmemlab.lab.policy.PagePolicyUsage;
import org.kmemlab.lab.rival.base.Steps;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PfnRange;
import org.kmemlab.machine.ZoneSpan;

/// Page frames in bitfields and counters, without lists: LLFree.
///
/// **Picture.** A child is a huge page: 512 frames, a bitfield, a counter. A tree is 32 children
/// and counts their free frames. Each CPU reserves a tree, takes its counter along, and works there
/// alone.
///
/// ```text
///  trees     | free 9000 | reserved by CPU 0: 0 | free 16384 | ...      CPU 0: tree 1, free 7012
///  children  | 512 | 0, huge page in use | 87 | ...   (32 a tree)
///  bits      | 64 bits x 8 |                          (a child)
/// ```
///
/// A CPU whose tree has not enough reserves another one: first a tree in partial use, from its last one
/// on, then a free one, then any; without one it takes from the tree of another CPU. A CPU that frees 4
/// times in a row into one tree reserves that tree. So trees fill up, others empty, and huge pages
/// stay whole.
///
/// **Invariants.** I1: a child's counter is its number of clear bits, or it is a huge page in use.
/// I2: a tree's counter plus what a CPU took along is the sum of its children's.
///
/// The bits know frames, not blocks: a block that is freed with a smaller order, or half of it twice, is
/// not noticed as long as its frames are in use.
///
/// Source: L. Wrenger, F. Rommel, A. Halbuer, C. Dietrich, D. Lohmann, LLFree: Scalable and
/// Optionally-Persistent Page-Frame Allocation (USENIX ATC 2023). Leaves out: the lock-free updates (CPUs
/// are stepped), persistence, breaking up a huge page in use that is freed in parts.
public final class LlFree implements PagePolicy {

    /// Children of a tree in the paper.
    public static final int TREE_CHILDREN = 32;
    private static final int FREES_TO_RESERVE = 4;
    private static final int NO_TREE = -1;
    private static final int TREE_BYTES = Integer.BYTES;
    private static final int CPU_BYTES = 4 * Integer.BYTES;

    private final int treeChildren;
    private final int treeFrames;
    private final List<PfnRange> managed;
    private final Children children;
    private final int[] treeFree;
    private final boolean[] reserved;
    private final Local[] locals;
    private final Steps steps = new Steps();
    private final long managedPages;
    private long usedPages;

    /// What a CPU has for itself.
    private static final class Local {

        private int tree = NO_TREE;
        private int free;
        private int lastFreed = NO_TREE;
        private int freedInARow;
    }

    /// All managed frames of a machine are free. Nobody else may allocate pages of it.
    public LlFree(Machine machine) {
        this(machine, TREE_CHILDREN);
    }

    /// Manages the frames of a machine in smaller or larger trees.
    ///
    /// @param treeChildren a power of two, at least 2
    public LlFree(Machine machine, int treeChildren) {
        Validate.isTrue(treeChildren >= 2 && Integer.bitCount(treeChildren) == 1,
                "%d children a tree: expected a power of two, at least 2", treeChildren);
        this.treeChildren = treeChildren;
        treeFrames = treeChildren << FrameBits.CHILD_SHIFT;
        int trees = Math.ceilDiv(machine.config().endPfn(), treeFrames);
        children = new Children(trees * treeChildren, steps);
        treeFree = new int[trees];
        reserved = new boolean[trees];
        managed = machine.config().zones().stream().map(ZoneSpan::managed).flatMap(List::stream)
                .toList();
        managedPages = managed.stream().mapToLong(PfnRange::pages).sum();
        locals = new Local[machine.cpus().size()];
        Arrays.setAll(locals, cpu -> new Local());
        handOver();
    }

    private void handOver() {
        for (PfnRange range : managed) {
            for (int frame = range.start(); frame < range.end(); frame++) {
                children.hand(frame);
                treeFree[frame / treeFrames]++;
            }
        }
    }

    @Override
    public int alloc(Cpu cpu, int order) {
        Validate.inclusiveBetween(0, MAX_PAGE_ORDER, order,
                "order " + order + ": expected 0 to " + MAX_PAGE_ORDER);
        steps.begin();
        int pfn = take(locals[cpu.id()], order);
        steps.end();
        usedPages += pfn == NONE ? 0 : 1L << order;
        return pfn;
    }

    private int take(Local local, int order) {
        int pfn = takeReserved(local, order);
        if (pfn == NONE) {
            pfn = takeFromNewTree(local, order);
        }
        for (int i = 0; pfn == NONE && i < locals.length; i++) {
            pfn = locals[i] == local ? NONE : takeReserved(locals[i], order);
        }
        return pfn;
    }

    /// Takes from the tree that a CPU has reserved.
    private int takeReserved(Local owner, int order) {
        if (owner.tree == NO_TREE) {
            return NONE;
        }
        steps.look();
        if (owner.free < 1 << order) {
            // What other CPUs gave back to the tree since it was reserved.
            owner.free += treeFree[owner.tree];
            treeFree[owner.tree] = 0;
        }
        if (owner.free < 1 << order) {
            return NONE;
        }
        int pfn = search(owner.tree, order);
        owner.free -= pfn == NONE ? 0 : 1 << order;
        return pfn;
    }

    /// Reserves a tree that has a block, and takes it.
    private int takeFromNewTree(Local local, int order) {
        int partialFrom = treeFrames / 16;
        int partialTo = treeFrames - partialFrom;
        int pfn = takeFromTreeWhere(local, order, free -> free >= partialFrom && free < partialTo);
        if (pfn == NONE) {
            pfn = takeFromTreeWhere(local, order, free -> free >= partialTo);
        }
        return pfn != NONE ? pfn : takeFromTreeWhere(local, order, free -> free < partialFrom);
    }

    private int takeFromTreeWhere(Local local, int order, IntPredicate wanted) {
        int from = Math.max(0, local.tree);
        for (int i = 0; i < treeFree.length; i++) {
            int tree = (from + i) % treeFree.length;
            steps.look();
            int free = treeFree[tree];
            if (reserved[tree] || free < 1 << order || !wanted.test(free)) {
                continue;
            }
            int pfn = search(tree, order);
            if (pfn != NONE) {
                treeFree[tree] -= 1 << order;
                reserve(local, tree);
                return pfn;
            }
        }
        return NONE;
    }

    private void reserve(Local local, int tree) {
        if (local.tree != NO_TREE) {
            treeFree[local.tree] += local.free;
            reserved[local.tree] = false;
        }
        local.tree = tree;
        local.free = treeFree[tree];
        treeFree[tree] = 0;
        reserved[tree] = true;
    }

    /// A block in one of a tree's children.
    private int search(int tree, int order) {
        int first = tree * treeChildren;
        int huge = order < Children.HUGE_ORDER ? 0 : 1 << (order - Children.HUGE_ORDER);
        for (int child = first; child < first + treeChildren; child += Math.max(1, huge)) {
            if (huge > 0 && children.takeHuge(child, huge)) {
                return child << FrameBits.CHILD_SHIFT;
            }
            int pfn = huge > 0 ? NONE : children.takeSmall(child, order);
            if (pfn != NONE) {
                return pfn;
            }
        }
        return NONE;
    }

    @Override
    public void free(Cpu cpu, int pfn, int order) {
        check(pfn, order);
        steps.begin();
        children.give(pfn, order);
        int tree = pfn / treeFrames;
        Local local = locals[cpu.id()];
        if (local.tree == tree) {
            local.free += 1 << order;
        } else {
            treeFree[tree] += 1 << order;
        }
        noteFreed(local, tree);
        steps.end();
        usedPages -= 1L << order;
    }

    private void check(int pfn, int order) {
        boolean aligned = order >= 0 && order <= MAX_PAGE_ORDER && (pfn & (1 << order) - 1) == 0;
        boolean known = managed.stream()
                .anyMatch(range -> pfn >= range.start() && pfn + (1 << order) <= range.end());
        if (!aligned || !known || !children.isInUse(pfn, order)) {
            throw new IllegalArgumentException(
                    "pfn " + pfn + ": no block of order " + order + " is in use there");
        }
    }

    private void noteFreed(Local local, int tree) {
        steps.look();
        local.freedInARow = local.lastFreed == tree ? local.freedInARow + 1 : 1;
        local.lastFreed = tree;
        if (local.freedInARow >= FREES_TO_RESERVE && !reserved[tree]) {
            reserve(local, tree);
        }
    }

    @Override
    public PagePolicyUsage usage() {
        long huge = 0;
        for (int child = 0; child < children.count(); child++) {
            huge += children.free(child) == Children.HUGE ? 1 : 0;
        }
        long metadata = children.metadataBytes() + (long) treeFree.length * TREE_BYTES
                + (long) locals.length * CPU_BYTES;
        return new PagePolicyUsage(usedPages, managedPages - usedPages, huge, metadata,
                steps.total(), steps.most());
    }

    @Override
    public void validate() {
        long free = 0;
        for (int tree = 0; tree < treeFree.length; tree++) {
            int inChildren = 0;
            for (int i = 0; i < treeChildren; i++) {
                int child = tree * treeChildren + i;
                children.validate(child);
                inChildren += children.free(child);
            }
            int taken = 0;
            int owners = 0;
            for (Local local : locals) {
                taken += local.tree == tree ? local.free : 0;
                owners += local.tree == tree ? 1 : 0;
            }
            Validate.validState(inChildren == treeFree[tree] + taken,
                    "tree %d: its children have %d free frames, the counters say %d and %d", tree,
                    inChildren, treeFree[tree], taken);
            Validate.validState(owners == (reserved[tree] ? 1 : 0),
                    "tree %d is reserved by %d CPUs", tree, owners);
            free += inChildren;
        }
        Validate.validState(free == managedPages - usedPages,
                "%d frames are free, %d of %d are in use", free, usedPages, managedPages);
    }

    @Override
    public void close() {
        children.takeAll();
        Arrays.fill(treeFree, 0);
        Arrays.fill(reserved, false);
        Arrays.setAll(locals, cpu -> new Local());
        handOver();
        usedPages = 0;
    }
}
