package org.kmemlab.slab;

import static org.kmemlab.machine.PhysicalMemory.PAGE_SIZE;

import java.util.function.IntUnaryOperator;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.slab.ClassicGeometry.FreelistPlace;

/// How many pages a slab of the classic allocator SLAB has, and how many objects fit, for one place
/// of the stack of indices.
///
/// @param order log2 of the pages
/// @param objects how many fit
/// @param leftOver bytes that remain
record ClassicOrder(int order, int objects, int leftOver) {

    private static final int MOST_WASTE_PART = 8;

    /// The pages of a slab; null if the stack of indices cannot lie in this place.
    ///
    /// @param kmallocSize the slot of the `kmalloc` cache for so many bytes; 0 if there is none
    static @Nullable ClassicOrder of(SlabGeometry.Request request, ClassicLayout layout,
            FreelistPlace place, SlabSettings settings, IntUnaryOperator kmallocSize) {
        if (isForbidden(request, layout, place, settings)) {
            return null;
        }
        ClassicOrder found = search(request, layout, place, settings, kmallocSize);
        if (found == null) {
            return null;
        }
        return switch (place) {
            case IN_OBJECT -> found.objects > request.objectSize() ? null : found;
            // With so much left over the stack costs nothing on the slab.
            case OFF_SLAB -> found.leftOver >= found.objects ? null : found;
            case ON_SLAB -> found;
        };
    }

    private static boolean isForbidden(SlabGeometry.Request request, ClassicLayout layout,
            FreelistPlace place, SlabSettings settings) {
        return switch (place) {
            case IN_OBJECT -> request.ctor() || layout.flags().has(SlabFlags.TYPESAFE_BY_RCU)
                    || wipes(layout, settings);
            case OFF_SLAB -> layout.flags().has(SlabFlags.NOLEAKTRACE);
            case ON_SLAB -> false;
        };
    }

    private static boolean wipes(ClassicLayout layout, SlabSettings settings) {
        return settings.initOnFree() && !layout.flags().has(SlabFlags.POISON);
    }

    /// The first order that wastes little; without one the last that was looked at.
    private static @Nullable ClassicOrder search(SlabGeometry.Request request,
            ClassicLayout layout, FreelistPlace place, SlabSettings settings,
            IntUnaryOperator kmallocSize) {
        int slot = layout.size() + (place == FreelistPlace.ON_SLAB ? 1 : 0);
        ClassicOrder best = null;
        for (int order = 0; order <= KernelProfile.MAX_PAGE_ORDER; order++) {
            int bytes = PAGE_SIZE << order;
            int objects = bytes / slot;
            if (objects > ClassicGeometry.MAX_OBJECTS) {
                break;
            }
            if (objects == 0 || (place == FreelistPlace.OFF_SLAB
                    && !isWorthIt(objects, request.objectSize(), kmallocSize))) {
                continue;
            }
            best = new ClassicOrder(order, objects, bytes % slot);
            if (layout.flags().has(SlabFlags.RECLAIM_ACCOUNT)
                    || order >= settings.classic().maxOrder()
                    || best.leftOver * MOST_WASTE_PART <= bytes) {
                break;
            }
        }
        return best;
    }

    /// A stack outside must be small beside an object.
    private static boolean isWorthIt(int objects, int objectSize, IntUnaryOperator kmallocSize) {
        int outside = kmallocSize.applyAsInt(objects);
        return outside > 0 && outside <= objectSize / 2;
    }
}
