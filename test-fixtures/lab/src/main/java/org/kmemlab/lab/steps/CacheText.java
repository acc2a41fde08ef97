package org.kmemlab.lab.steps;

import java.util.List;

import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.EngineKind;
import org.kmemlab.slab.SlabFlagWords;
import org.kmemlab.slab.SlabGeometry;

/// Writes the state of a cache as the dump lines of a step log, each engine's in its own words.
public abstract sealed class CacheText permits SlubCacheText, ClassicCacheText {

    CacheText() {}

    /// The words of an engine.
    ///
    /// @param hidesFreelists whether the recorded kernel stored its free pointers obfuscated
    public static CacheText of(EngineKind engine, boolean hidesFreelists) {
        return switch (engine) {
            case SLUB -> new SlubCacheText(hidesFreelists);
            case SLAB -> new ClassicCacheText();
            case SLOB -> throw new IllegalArgumentException(
                    "logs of caches of " + engine + " have no state");
        };
    }

    /// One line: what CPUs and nodes hold.
    public abstract String line(CacheSnapshot cache);

    /// Which objects are free and the next ones, one line for each place where they wait.
    public abstract List<String> chains(CacheSnapshot cache);

    /// The shape of a cache, as the line of its creation tells it, from `object_size=` to
    /// `allocflags=`, and what else follows from it.
    ///
    /// @param words how the kernel numbers flags
    public abstract String shape(SlabGeometry geometry, SlabFlagWords words);

    static String flags(SlabGeometry geometry, SlabFlagWords words) {
        return " flags=" + words.hex(geometry.flags()) + " allocflags=0x"
                + Integer.toHexString(geometry.allocFlags().bits());
    }
}
