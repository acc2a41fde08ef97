package org.kmemlab.slab;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.KernelProfile;

/// The shape of a cache, as far as it does not depend on the engine that keeps its objects: how
/// large a slot is and how many of them lie in a slab. Pure arithmetic on a [Request] and
/// [SlabSettings]; nothing is allocated.
///
/// All sizes are in bytes.
public sealed interface SlabGeometry permits SlubGeometry, ClassicGeometry, SlobGeometry {

    /// Largest object of a cache: the largest block of pages.
    int MAX_OBJECT_SIZE = 4096 << KernelProfile.MAX_PAGE_ORDER;

    /// What a cache is computed from.
    ///
    /// @param name of the cache, for `slub_debug` with names
    /// @param objectSize bytes of an object, 1 to [#MAX_OBJECT_SIZE]
    /// @param align wanted alignment in bytes, 0 for the default; any number, as in the kernel
    /// @param flags as the creator passes them
    /// @param ctor whether there is a constructor
    /// @param freeptrOffset word of the object that may hold the free pointer, or
    ///        [KmemCacheArgs#ANY_FREEPTR]; only a [SlabFlags#TYPESAFE_BY_RCU] cache may have one
    record Request(String name, int objectSize, int align, SlabFlags flags, boolean ctor,
            int freeptrOffset) {

        /// Checks the limits.
        public Request {
            Validate.isTrue(objectSize >= 1 && objectSize <= MAX_OBJECT_SIZE,
                    "object size %d: expected 1 to %d bytes", (Object) objectSize,
                    MAX_OBJECT_SIZE);
            Validate.isTrue(align >= 0 && align <= MAX_OBJECT_SIZE,
                    "align %d: expected 0 to %d bytes", (Object) align, MAX_OBJECT_SIZE);
        }

        /// A request that does not say where the free pointer may lie.
        public Request(String name, int objectSize, int align, SlabFlags flags, boolean ctor) {
            this(name, objectSize, align, flags, ctor, KmemCacheArgs.ANY_FREEPTR);
        }

        /// A request for a cache that no block of `slub_debug` names.
        public Request(int objectSize, int align, SlabFlags flags, boolean ctor) {
            this("", objectSize, align, flags, ctor);
        }

        /// What a creator asks for.
        public static Request of(KmemCacheArgs args) {
            return new Request(args.name(), args.objectSize(), args.align(), args.flags(),
                    args.ctor() != null, args.freeptrOffset());
        }

        /// The same with a word of the object that may hold the free pointer.
        public Request withFreeptrOffset(int offset) {
            return new Request(name, objectSize, align, flags, ctor, offset);
        }

        /// Whether the free pointer lies where the creator says: a constructor and poison need the
        /// whole object.
        boolean choosesFreeptr(SlabFlags all) {
            return freeptrOffset != KmemCacheArgs.ANY_FREEPTR && !ctor
                    && !all.has(SlabFlags.POISON);
        }

        /// Refuses an offset of the free pointer that the kernel refuses.
        void checkFreeptr(SlabRules rules) {
            if (freeptrOffset == KmemCacheArgs.ANY_FREEPTR) {
                return;
            }
            Validate.isTrue(rules.hasCacheArgs(),
                    "freeptr_offset %d: Linux 6.1 has no kmem_cache_args", freeptrOffset);
            Validate.isTrue(flags.has(SlabFlags.TYPESAFE_BY_RCU),
                    "freeptr_offset %d: only a cache with SLAB_TYPESAFE_BY_RCU may have one",
                    freeptrOffset);
            Validate.isTrue(freeptrOffset >= 0 && freeptrOffset < objectSize,
                    "freeptr_offset %d: expected 0 to %d, inside the object",
                    (Object) freeptrOffset, objectSize - 1);
            Validate.isTrue(freeptrOffset % ObjectLayout.WORD == 0,
                    "freeptr_offset %d: expected a multiple of %d", (Object) freeptrOffset,
                    ObjectLayout.WORD);
        }
    }

    /// Computes the shape of a cache for the engine of a kernel.
    ///
    /// @throws IllegalArgumentException if no order up to 10 holds one object with its debug data,
    ///         or if the free pointer may not lie where the request says
    static SlabGeometry of(Request request, SlabSettings settings) {
        return switch (settings.engine()) {
            case SLUB -> SlubGeometry.of(request, settings);
            case SLAB -> ClassicGeometry.of(request, settings);
            case SLOB -> SlobGeometry.of(request, settings);
        };
    }

    /// What the creator asked for; of several creators the largest.
    int objectSize();

    /// From one slot to the next.
    int size();

    /// Alignment of objects.
    int align();

    /// log2 of the pages of a slab.
    int order();

    /// Objects of such a slab.
    int objects();

    /// Objects of a slab of another order, which serves when memory is short.
    int objectsOf(int slabOrder);

    /// With those that the kernel adds: of boot parameters, and internal ones.
    SlabFlags flags();

    /// gfp flags added to every page request.
    GfpFlags allocFlags();

    /// From the start of a slot to the object: room for a red zone.
    default int redLeftPad() {
        return 0;
    }

    /// Bytes of an object that its owner may use (`ksize`).
    int usableSize();

    /// The shape of a cache that another creator has joined.
    ///
    /// @param other the shape of the cache that the creator would have got otherwise
    SlabGeometry mergedWith(SlabGeometry other);

    /// The same shape with other flags.
    SlabGeometry withFlags(SlabFlags other);

    /// The shape with all that only the classic SLAB has.
    ///
    /// @throws IllegalStateException if another engine keeps the objects
    default ClassicGeometry classic() {
        throw new IllegalStateException("the cache is none of SLAB's: " + this);
    }

    /// The shape with all that only SLUB has.
    ///
    /// @throws IllegalStateException if another engine keeps the objects
    default SlubGeometry slub() {
        throw new IllegalStateException("the cache is none of SLUB's: " + this);
    }
}
