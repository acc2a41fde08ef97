package org.kmemlab.api;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.slab.SlabFlags;

/// The flag constants of Linux 6.1 under the kernel's names, to be joined by `|`.
///
/// `GFP_*` and `__GFP_*` say what one request may do, see [GfpFlags]; `SLAB_*` say what a cache is
/// like, see [SlabFlags]; they have these values whichever kernel a machine runs. The two families
/// share bits, so one passed for the other is found only if it has bits that the other lacks.
public final class KernelFlags {

    /// [GfpFlags#GFP_ATOMIC].
    public static final int GFP_ATOMIC = GfpFlags.GFP_ATOMIC.bits();
    /// [GfpFlags#GFP_NOWAIT].
    public static final int GFP_NOWAIT = GfpFlags.GFP_NOWAIT.bits();
    /// [GfpFlags#GFP_NOIO].
    public static final int GFP_NOIO = GfpFlags.GFP_NOIO.bits();
    /// [GfpFlags#GFP_NOFS].
    public static final int GFP_NOFS = GfpFlags.GFP_NOFS.bits();
    /// [GfpFlags#GFP_KERNEL].
    public static final int GFP_KERNEL = GfpFlags.GFP_KERNEL.bits();
    /// [GfpFlags#GFP_KERNEL_ACCOUNT].
    public static final int GFP_KERNEL_ACCOUNT = GfpFlags.GFP_KERNEL_ACCOUNT.bits();
    /// [GfpFlags#GFP_USER].
    public static final int GFP_USER = GfpFlags.GFP_USER.bits();
    /// [GfpFlags#GFP_HIGHUSER].
    public static final int GFP_HIGHUSER = GfpFlags.GFP_HIGHUSER.bits();
    /// [GfpFlags#GFP_HIGHUSER_MOVABLE].
    public static final int GFP_HIGHUSER_MOVABLE = GfpFlags.GFP_HIGHUSER_MOVABLE.bits();
    /// [GfpFlags#GFP_DMA].
    public static final int GFP_DMA = GfpFlags.GFP_DMA.bits();
    /// [GfpFlags#GFP_DMA32].
    public static final int GFP_DMA32 = GfpFlags.GFP_DMA32.bits();

    /// [GfpFlags#DMA].
    public static final int __GFP_DMA = GfpFlags.DMA.bits();
    /// [GfpFlags#HIGHMEM].
    public static final int __GFP_HIGHMEM = GfpFlags.HIGHMEM.bits();
    /// [GfpFlags#DMA32].
    public static final int __GFP_DMA32 = GfpFlags.DMA32.bits();
    /// [GfpFlags#MOVABLE].
    public static final int __GFP_MOVABLE = GfpFlags.MOVABLE.bits();
    /// [GfpFlags#RECLAIMABLE].
    public static final int __GFP_RECLAIMABLE = GfpFlags.RECLAIMABLE.bits();
    /// [GfpFlags#HIGH].
    public static final int __GFP_HIGH = GfpFlags.HIGH.bits();
    /// [GfpFlags#IO].
    public static final int __GFP_IO = GfpFlags.IO.bits();
    /// [GfpFlags#FS].
    public static final int __GFP_FS = GfpFlags.FS.bits();
    /// [GfpFlags#ZERO].
    public static final int __GFP_ZERO = GfpFlags.ZERO.bits();
    /// [GfpFlags#ATOMIC].
    public static final int __GFP_ATOMIC = GfpFlags.ATOMIC.bits();
    /// [GfpFlags#DIRECT_RECLAIM].
    public static final int __GFP_DIRECT_RECLAIM = GfpFlags.DIRECT_RECLAIM.bits();
    /// [GfpFlags#KSWAPD_RECLAIM].
    public static final int __GFP_KSWAPD_RECLAIM = GfpFlags.KSWAPD_RECLAIM.bits();
    /// [GfpFlags#RECLAIM].
    public static final int __GFP_RECLAIM = GfpFlags.RECLAIM.bits();
    /// [GfpFlags#WRITE].
    public static final int __GFP_WRITE = GfpFlags.WRITE.bits();
    /// [GfpFlags#NOWARN].
    public static final int __GFP_NOWARN = GfpFlags.NOWARN.bits();
    /// [GfpFlags#RETRY_MAYFAIL].
    public static final int __GFP_RETRY_MAYFAIL = GfpFlags.RETRY_MAYFAIL.bits();
    /// [GfpFlags#NOFAIL].
    public static final int __GFP_NOFAIL = GfpFlags.NOFAIL.bits();
    /// [GfpFlags#NORETRY].
    public static final int __GFP_NORETRY = GfpFlags.NORETRY.bits();
    /// [GfpFlags#MEMALLOC].
    public static final int __GFP_MEMALLOC = GfpFlags.MEMALLOC.bits();
    /// [GfpFlags#COMP].
    public static final int __GFP_COMP = GfpFlags.COMP.bits();
    /// [GfpFlags#NOMEMALLOC].
    public static final int __GFP_NOMEMALLOC = GfpFlags.NOMEMALLOC.bits();
    /// [GfpFlags#HARDWALL].
    public static final int __GFP_HARDWALL = GfpFlags.HARDWALL.bits();
    /// [GfpFlags#THISNODE].
    public static final int __GFP_THISNODE = GfpFlags.THISNODE.bits();
    /// [GfpFlags#ACCOUNT].
    public static final int __GFP_ACCOUNT = GfpFlags.ACCOUNT.bits();

    /// [SlabFlags#CONSISTENCY_CHECKS].
    public static final int SLAB_CONSISTENCY_CHECKS = SlabFlags.CONSISTENCY_CHECKS.bits();
    /// [SlabFlags#RED_ZONE].
    public static final int SLAB_RED_ZONE = SlabFlags.RED_ZONE.bits();
    /// [SlabFlags#POISON].
    public static final int SLAB_POISON = SlabFlags.POISON.bits();
    /// [SlabFlags#HWCACHE_ALIGN].
    public static final int SLAB_HWCACHE_ALIGN = SlabFlags.HWCACHE_ALIGN.bits();
    /// [SlabFlags#CACHE_DMA].
    public static final int SLAB_CACHE_DMA = SlabFlags.CACHE_DMA.bits();
    /// [SlabFlags#CACHE_DMA32].
    public static final int SLAB_CACHE_DMA32 = SlabFlags.CACHE_DMA32.bits();
    /// [SlabFlags#STORE_USER].
    public static final int SLAB_STORE_USER = SlabFlags.STORE_USER.bits();
    /// [SlabFlags#RECLAIM_ACCOUNT].
    public static final int SLAB_RECLAIM_ACCOUNT = SlabFlags.RECLAIM_ACCOUNT.bits();
    /// [SlabFlags#PANIC].
    public static final int SLAB_PANIC = SlabFlags.PANIC.bits();
    /// No flag of the kernel, but articles write it where they mean [#SLAB_PANIC]. It is refused
    /// unless [Kernel#acceptSlubPanic] was called. Its bits are no flags of a cache, and as gfp
    /// flags they exclude each other, so that it is not mistaken for anything.
    public static final int SLUB_PANIC = __GFP_MOVABLE | __GFP_RECLAIMABLE;
    /// [SlabFlags#TYPESAFE_BY_RCU].
    public static final int SLAB_TYPESAFE_BY_RCU = SlabFlags.TYPESAFE_BY_RCU.bits();
    /// [SlabFlags#MEM_SPREAD].
    public static final int SLAB_MEM_SPREAD = SlabFlags.MEM_SPREAD.bits();
    /// [SlabFlags#TRACE].
    public static final int SLAB_TRACE = SlabFlags.TRACE.bits();
    /// [SlabFlags#DEBUG_OBJECTS].
    public static final int SLAB_DEBUG_OBJECTS = SlabFlags.DEBUG_OBJECTS.bits();
    /// [SlabFlags#NOLEAKTRACE].
    public static final int SLAB_NOLEAKTRACE = SlabFlags.NOLEAKTRACE.bits();
    /// [SlabFlags#NO_MERGE]; unknown to Linux 6.1.
    public static final int SLAB_NO_MERGE = SlabFlags.NO_MERGE.bits();
    /// [SlabFlags#ACCOUNT].
    public static final int SLAB_ACCOUNT = SlabFlags.ACCOUNT.bits();
    /// [SlabFlags#NO_USER_FLAGS].
    public static final int SLAB_NO_USER_FLAGS = SlabFlags.NO_USER_FLAGS.bits();
    /// [SlabFlags#RECLAIM_ACCOUNT], for objects that live a short time.
    public static final int SLAB_TEMPORARY = SLAB_RECLAIM_ACCOUNT;

    private KernelFlags() {
    }
}
