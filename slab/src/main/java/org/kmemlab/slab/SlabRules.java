package org.kmemlab.slab;

import org.kmemlab.machine.KernelVersion;

/// What releases do differently in the slab layer. Each difference has a name here, so that no
/// algorithm asks for a release.
public enum SlabRules {
    /// Linux 6.1.
    LINUX_6_1(OrderFormula.FEWER_OBJECTS),
    /// Linux 6.18.
    LINUX_6_18(OrderFormula.MORE_WASTE);

    private static final SlabFlags ONLY_OLD = SlabFlags.MEM_SPREAD;
    private static final SlabFlags ONLY_NEW = SlabFlags.NO_MERGE;

    private final OrderFormula orderFormula;

    SlabRules(OrderFormula orderFormula) {
        this.orderFormula = orderFormula;
    }

    /// The rules of a release.
    public static SlabRules of(KernelVersion version) {
        return version == KernelVersion.LINUX_6_1 ? LINUX_6_1 : LINUX_6_18;
    }

    private boolean isNew() {
        return this == LINUX_6_18;
    }

    /// How the pages of a slab are chosen.
    OrderFormula orderFormula() {
        return orderFormula;
    }

    /// All flags that a creator may pass.
    public SlabFlags permittedFlags() {
        return isNew() ? SlabFlags.PERMITTED.with(ONLY_NEW).without(ONLY_OLD)
                : SlabFlags.PERMITTED;
    }

    /// Whether creators pass a `struct kmem_cache_args`, with an offset for the free pointer and a
    /// capacity of sheaves.
    public boolean hasCacheArgs() {
        return isNew();
    }

    /// Whether every slab, not only a large one, is a compound page.
    boolean compoundAlways() {
        return isNew();
    }

    /// Bytes of the field that keeps what `kmalloc` was asked for.
    int requestedSizeBytes() {
        return isNew() ? Long.BYTES : Integer.BYTES;
    }

    /// Whether with red zones and tracks the bytes of a `kmalloc` object behind the requested ones
    /// belong to the red zone; the free pointer then cannot lie in them.
    boolean guardsRequestedSize() {
        return isNew();
    }

    /// Whether `kmalloc` caches for 96 and 192 bytes are aligned to the largest power of two that
    /// divides their size.
    boolean alignsOddSizes() {
        return isNew();
    }

    /// Whether nodes keep sheaves (and a pointer to them).
    boolean hasBarns() {
        return isNew();
    }

    /// Whether a dying cache first waits for the objects that `kfree_rcu` has not freed yet, and
    /// disappears even if objects are left.
    boolean destroyIsFinal() {
        return isNew();
    }

    /// Bytes in front of the pointers of a page of `kfree_rcu`.
    int rcuBlockHeaderBytes() {
        return isNew() ? 40 : 16;
    }

    /// Whether pages of `kfree_rcu` know since when they wait.
    boolean freesReadyRcuBlocks() {
        return isNew();
    }

    /// The function that messages about a failed creation name.
    String createFunction() {
        return isNew() ? "__kmem_cache_create_args" : "kmem_cache_create_usercopy";
    }
}
