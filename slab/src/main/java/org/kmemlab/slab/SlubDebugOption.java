package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.apache.commons.lang3.StringUtils;

/// The boot parameter `slub_debug`: which caches get which debug flags.
///
/// Grammar: blocks joined by `;`, each of letters and, after commas, names of caches, the last
/// character of which may be `*`. A block without names sets the default of all caches; of the
/// blocks with names the first one that names a cache replaces the default for it. Letters are
/// those of [SlabFlags#ofDebugLetter], `-` for none, and `O`: no debug data on caches whose slabs
/// would need a larger order for it. A block without letters means FZPU.
///
/// @param byDefault flags of every cache that no block names
/// @param blocks the blocks with names, in the order given
/// @param sparesOrders whether the letter `O` was given
/// @param warnings what the kernel prints about the text: one line for each unknown letter
/// @see <a href="https://docs.kernel.org/mm/slub.html">Short users guide for SLUB</a>
public record SlubDebugOption(SlabFlags byDefault, List<Block> blocks, boolean sparesOrders,
        List<String> warnings) {

    /// The parameter was not given.
    public static final SlubDebugOption OFF = new SlubDebugOption(SlabFlags.NONE, List.of(), false,
            List.of());

    /// Flags for named caches.
    ///
    /// @param flags what the caches get besides their own flags
    /// @param names exact names, or prefixes that end in `*`
    public record Block(SlabFlags flags, List<String> names) {

        /// Copies the names.
        public Block {
            names = List.copyOf(names);
        }

        boolean matches(String cache) {
            return names.stream().anyMatch(name -> name.endsWith("*")
                    ? cache.startsWith(StringUtils.chop(name))
                    : cache.equals(name));
        }
    }

    /// Copies the lists.
    public SlubDebugOption {
        blocks = List.copyOf(blocks);
        warnings = List.copyOf(warnings);
    }

    /// Reads the value of the parameter; empty text is the bare `slub_debug`.
    public static SlubDebugOption parse(String text) {
        SlabFlags byDefault = SlabFlags.NONE;
        boolean sparesOrders = false;
        List<Block> blocks = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (String block : StringUtils.splitPreserveAllTokens(text.isEmpty() ? "," : text, ';')) {
            String letters = StringUtils.substringBefore(block, ",");
            SlabFlags flags = flagsOf(letters, warnings);
            sparesOrders |= StringUtils.containsAny(letters, 'O', 'o');
            List<String> names = List.of(StringUtils.split(
                    StringUtils.substringAfter(block, ","), ','));
            if (!names.isEmpty()) {
                blocks.add(new Block(flags, names));
            } else if (!block.isEmpty()) {
                byDefault = flags;
            }
        }
        return new SlubDebugOption(byDefault, blocks, sparesOrders, warnings);
    }

    private static SlabFlags flagsOf(String letters, List<String> warnings) {
        if (letters.isEmpty()) {
            return SlabFlags.DEBUG_DEFAULT;
        }
        SlabFlags flags = SlabFlags.NONE;
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            Optional<SlabFlags> flag = SlabFlags.ofDebugLetter(letter);
            if (letter == '-') {
                flags = SlabFlags.NONE;
            } else if (flag.isPresent()) {
                flags = flags.with(flag.get());
            } else if (letter != 'O' && letter != 'o') {
                warnings.add("slub_debug option '" + letter + "' unknown. skipped");
            }
        }
        return flags;
    }

    /// The flags of a cache: its own and those that this parameter gives it.
    ///
    /// @param cache its name
    /// @param own what its creator asked for
    public SlabFlags applyTo(String cache, SlabFlags own) {
        if (own.has(SlabFlags.NO_USER_FLAGS)) {
            return own;
        }
        for (Block block : blocks) {
            if (block.matches(cache)) {
                return own.with(block.flags);
            }
        }
        // The leak detector's own caches would record themselves without end.
        return own.with(own.has(SlabFlags.NOLEAKTRACE) ? byDefault.without(SlabFlags.STORE_USER)
                : byDefault);
    }
}
