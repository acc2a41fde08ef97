package org.kmemlab.lab.steps;

import static java.util.Map.entry;

import java.util.Map;

import org.kmemlab.buddy.GfpFlags;

/// The shorthand of step logs for request flags: words joined by `+`, for example `K+W`.
public final class GfpWords {

    private static final Map<String, GfpFlags> WORDS = Map.ofEntries(
            entry("K", GfpFlags.GFP_KERNEL), entry("A", GfpFlags.GFP_ATOMIC),
            entry("N", GfpFlags.GFP_NOWAIT), entry("U", GfpFlags.GFP_USER),
            entry("HM", GfpFlags.GFP_HIGHUSER_MOVABLE), entry("D", GfpFlags.GFP_DMA),
            entry("D32", GfpFlags.GFP_DMA32), entry("IO", GfpFlags.GFP_NOIO),
            entry("FS", GfpFlags.GFP_NOFS), entry("R", GfpFlags.RECLAIMABLE),
            entry("M", GfpFlags.MOVABLE), entry("W", GfpFlags.NOWARN),
            entry("NR", GfpFlags.NORETRY), entry("Z", GfpFlags.ZERO), entry("C", GfpFlags.COMP),
            entry("T", GfpFlags.THISNODE), entry("NM", GfpFlags.NOMEMALLOC),
            entry("ACC", GfpFlags.ACCOUNT));

    private GfpWords() {
    }

    /// The flags that a text names.
    ///
    /// @throws IllegalArgumentException for an unknown word
    public static GfpFlags parse(String text) {
        GfpFlags flags = GfpFlags.NONE;
        for (String word : text.split("\\+", -1)) {
            GfpFlags known = WORDS.get(word);
            if (known == null) {
                throw new IllegalArgumentException("unknown word '" + word + "' in flags '" + text
                        + "'; known: " + WORDS.keySet().stream().sorted().toList());
            }
            flags = flags.with(known);
        }
        return flags;
    }
}
