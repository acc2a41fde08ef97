package org.kmemlab.cli;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.slab.ClassicGeometry;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlabGeometry;
import org.kmemlab.slab.SlabGeometry.Request;
import org.kmemlab.slab.SlabSettings;

/// Why a cache looks as it does: for each wish, what the cache would be without it.
final class GeometryReasons {

    private static final String ALIGNED = "Objects larger than half a cache line (64 bytes) start"
            + " on one; a smaller one never straddles two.";

    private final Request request;
    private final SlabGeometry geometry;
    private final SlabSettings settings;
    private final List<String> lines = new ArrayList<>();

    private GeometryReasons(Request request, SlabGeometry geometry, SlabSettings settings) {
        this.request = request;
        this.geometry = geometry;
        this.settings = settings;
    }

    static List<String> lines(Request request, SlabGeometry geometry, SlabSettings settings) {
        GeometryReasons reasons = new GeometryReasons(request, geometry, settings);
        reasons.explain();
        if (!reasons.lines.isEmpty()) {
            reasons.lines.addFirst("");
        }
        return reasons.lines;
    }

    private void explain() {
        explainAlign();
        if (geometry instanceof ClassicGeometry classic) {
            lines.addAll(ClassicGeometryReasons.lines(request, classic, settings));
            explainFlag(SlabFlags.HWCACHE_ALIGN, ALIGNED);
            return;
        }
        if (request.ctor()) {
            lines.add("A constructed object keeps its state while it is free, so the free pointer"
                    + " cannot lie in it and moves behind it.");
            lines.add("  Without the constructor: "
                    + other(request.align(), request.flags(), false));
        }
        explainFreePointer();
        explainFlag(SlabFlags.POISON,
                "Poison fills the whole free object, so the free pointer moves behind it.");
        explainFlag(SlabFlags.RED_ZONE, "Red zones guard both sides of the object.");
        explainFlag(SlabFlags.STORE_USER, "Two tracks record who allocated and freed it.");
        explainFlag(SlabFlags.HWCACHE_ALIGN, ALIGNED);
        SlabFlags fromBoot = settings.debug().applyTo(request.name(), request.flags())
                .without(request.flags());
        if (fromBoot.bits() != 0) {
            lines.add("slub_debug adds " + fromBoot + ".");
        }
    }

    private void explainFreePointer() {
        boolean inside = geometry.slub().offset() < geometry.slub().inuse();
        explainFlag(SlabFlags.TYPESAFE_BY_RCU, inside
                ? "Readers may still look at an object that was freed, except at the word that the"
                        + " creator gave up for the free pointer."
                : "Readers may still look at an object that was freed, so the free pointer moves"
                        + " behind it.");
        int offset = request.freeptrOffset();
        if (offset != KmemCacheArgs.ANY_FREEPTR) {
            lines.add(inside ? "The free pointer lies in the object, at the offset asked for."
                    : "The free pointer cannot lie at offset " + offset
                            + ": a constructor, poison and red zones of tiny objects need the"
                            + " whole object.");
            lines.add("  Without the offset: "
                    + other(request.withFreeptrOffset(KmemCacheArgs.ANY_FREEPTR)));
        }
    }

    private void explainAlign() {
        int align = request.align();
        if ((align & align - 1) != 0) {
            lines.add("warning: align " + align + " is not a power of two. The kernel does not"
                    + " refuse it, but rounds with a bit mask: slots are " + geometry.size()
                    + " bytes apart, " + (geometry.size() % align == 0 ? "" : "not ")
                    + "a multiple of " + align + ".");
        } else if (align > geometry.objectSize()) {
            lines.add("An object smaller than its alignment takes a whole unit of "
                    + geometry.align() + " bytes.");
            lines.add("  With the default alignment: "
                    + other(0, request.flags(), request.ctor()));
        }
    }

    private void explainFlag(SlabFlags flag, String why) {
        if (request.flags().has(flag)) {
            lines.add(why);
            lines.add("  Without " + flag + ": "
                    + other(request.align(), request.flags().without(flag), request.ctor()));
        }
    }

    private String other(int align, SlabFlags flags, boolean ctor) {
        int offset = flags.has(SlabFlags.TYPESAFE_BY_RCU) ? request.freeptrOffset()
                : KmemCacheArgs.ANY_FREEPTR;
        return other(new Request(request.name(), request.objectSize(), align, flags, ctor,
                offset));
    }

    private String other(Request without) {
        SlabGeometry then = SlabGeometry.of(without, settings);
        if (then.size() == geometry.size() && then.objects() == geometry.objects()) {
            return "the same slots of " + then.size() + " bytes.";
        }
        return "slots of " + then.size() + " instead of " + geometry.size() + " bytes, "
                + then.objects() + " objects in a slab of order " + then.order() + " instead of "
                + geometry.objects() + " in one of order " + geometry.order() + ".";
    }
}
