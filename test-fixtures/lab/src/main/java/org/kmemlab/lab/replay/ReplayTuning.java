package org.kmemlab.lab.replay;

import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;

import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;

/// What a replay does otherwise than the recorded kernel did, to see what that would have changed.
///
/// @param wishes gives what a cache is created with, from what the recorded one may have been created
///        with
/// @param ownCache for a `kmalloc` of so many bytes, the bytes of the objects of a cache that is made
///        for such requests; 0 leaves the request to `kmalloc`
/// @param born sees each cache once, right after it was created, those of `kmalloc` first
public record ReplayTuning(UnaryOperator<KmemCacheArgs> wishes, IntUnaryOperator ownCache,
        Consumer<KmemCache> born) {

    /// Everything as recorded.
    public static final ReplayTuning NONE = new ReplayTuning(recorded -> recorded, bytes -> 0,
            cache -> {
                // It stays as it is.
            });

    /// All that this one and another one change.
    ///
    /// @param other comes after this one: it has the last word on a cache's wishes; a size for which
    ///        both have a cache gets the one of this
    public ReplayTuning and(ReplayTuning other) {
        return new ReplayTuning(recorded -> other.wishes.apply(wishes.apply(recorded)), bytes -> {
            int own = ownCache.applyAsInt(bytes);
            return own != 0 ? own : other.ownCache.applyAsInt(bytes);
        }, born.andThen(other.born));
    }
}
